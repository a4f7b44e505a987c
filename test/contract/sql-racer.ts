import { sqlStorage } from 'nightlatch/storage/sql'
import { openFile } from './sqlite-file.ts'

/** A process of its own: adds to the count in one record until it has won the given number of commits. */
const [file, name, wins] = process.argv.slice(2) as [string, string, string]
const db = openFile(file)
const storage = sqlStorage(db)
const summary = {
  kind: 'account',
  createdAt: 0,
  updatedAt: 0,
  totpAuthenticators: 0,
  backupCodesLeft: 0,
  lockedUntil: null,
}
let conflicts = 0
for (let won = 0; won < Number(wins);) {
  const stored = await storage.load('account:1')
  const n = Number(stored?.doc ?? 0) + 1
  const answer = await storage.commit({
    id: 'account:1',
    attemptId: `${name}-${won}-${conflicts}`,
    expected: stored?.version ?? null,
    version: `${n}.${name}`,
    doc: String(n),
    summary,
    keys: { claim: [], release: [] },
    events: [{ n, type: name, at: n, body: '' }],
    messages: [{ messageId: `m${n}`, channel: 'mail', dueAt: n, body: name }],
  })
  if (answer === 'committed') won++
  else conflicts++
}
await db.destroy()
