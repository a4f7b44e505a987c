import { once } from 'node:events'
import { sqlStorage } from 'nightlatch/storage/sql'
import { memorySms } from 'nightlatch/testing'
import { fakeClock } from '../world/clock.ts'
import { createWorld } from '../world/world.ts'
import type { SmtpHost } from './smtp-scene.ts'
import { smtpOptions } from './smtp-scene.ts'
import { openFile } from './sqlite-file.ts'

export interface SweepJob extends SmtpHost {
  readonly file: string
  /** ms since epoch: time stands still. */
  readonly at: number
}

export interface SweepAnswer {
  readonly reports: readonly { readonly kind: string; readonly text: string }[]
  /** How many codes by SMS this process sent. */
  readonly codes: number
}

/** One server in a process of its own. At each job it sweeps with a new service, and tells what its host was told. */
process.on('disconnect', () => process.exit(0))
process.send?.('ready')
for (;;) {
  const [{ file, at, ...host }] = (await once(process, 'message')) as [SweepJob]
  const db = openFile(file, { busyTimeout: 60_000 })
  const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length))
  const sender = memorySms()
  const options = { ...smtpOptions(host, sender), random }
  const { nl, reports } = createWorld({ storage: sqlStorage(db), clock: fakeClock(at), options })
  await nl.outbox.sweep({ limit: 100 })
  await nl.outbox.idle()
  await db.destroy()
  const told = reports.map(({ kind, text }) => ({ kind, text }))
  process.send?.({ reports: told, codes: sender.messages.length } satisfies SweepAnswer)
}
