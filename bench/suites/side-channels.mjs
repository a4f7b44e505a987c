import { Kysely, SqliteDialect } from 'kysely'
import { align, library } from '../harness.mjs'
import { difference, median } from './side-channels/bootstrap.mjs'
import { countedSqlite } from './sign-in/counted-sqlite.mjs'
import { passkeyOnlyUser } from './side-channels/passkey-only.mjs'

const users = 200
const agent = 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0'

/**
 * Whether a stranger can tell by the time of an answer which names exist. Known and unknown names take turns, in an
 * order that is drawn for each pair, against a database file that waits for the disk at each write.
 */
export default { measure }

async function measure({ rounds = 4000 } = {}) {
  const host = await openHost()
  console.log(
    `side-channels: ${users} users, ${rounds} pairs, SQLite with synchronous = FULL. Times are medians with 95 %`,
  )
  console.log('intervals of a bootstrap. A pair differs if the interval of its difference leaves 0 and ± 50 µs.\n')
  try {
    const rows = []
    for (const [group, contenders] of Object.entries(groupsOf(host))) {
      const measured = await measurePairs(host, contenders, rounds)
      const names = Object.keys(contenders)
      rows.push(...names.map((name, index) => ({ group, name, ...inMicros(median(measured[index])) })))
      rows.push({ group, name: 'difference', ...inMicros(difference(measured[1], measured[0])) })
      console.log(`${table(group, rows.slice(-3))}\n`)
    }
    return rows
  } finally {
    host.close()
  }
}

/** In each group the first is what an outsider knows, and the second what must not show. */
function groupsOf({ nl, nextClient, names, only }) {
  const known = (n) => ({ name: names[n % users], accountId: names[n % users] })
  const unknown = (n) => ({ name: `nobody-${n % users}@acme.example` })
  const failed = (input, client) => nl.signIn.failed({ ...input, client })
  const crowded = { ip: '192.0.2.1', userAgent: agent }
  return {
    'side-channels.failed': {
      unknown: (n) => failed(unknown(n), nextClient()),
      known: (n) => failed(known(n), nextClient()),
    },
    'side-channels.held': {
      unknown: (n) => failed(unknown(n), crowded),
      known: (n) => failed(known(n), crowded),
    },
    'side-channels.passkey-only': {
      'wrong password': () => failed({ name: only, accountId: only }, nextClient()),
      'right password': () =>
        nl.signIn.start({ name: only, accountId: only, primary: 'password', client: nextClient() }),
    },
  }
}

async function measurePairs({ nl }, contenders, rounds) {
  const calls = Object.values(contenders)
  const times = calls.map(() => new Float64Array(rounds))
  const warmUps = Math.min(500, rounds)
  for (let round = -warmUps; round < rounds; round++) {
    const order = Math.random() < 0.5 ? [0, 1] : [1, 0]
    for (const index of order) {
      const start = performance.now()
      const answer = await calls[index](round + warmUps)
      const took = performance.now() - start
      if (answer.status !== 'refused') throw new Error(`not refused: ${JSON.stringify(answer)}`)
      if (round >= 0) times[index][round] = took
      // What is written behind the answer does not delay the next call, which another person makes.
      await nl.outbox.idle()
    }
  }
  return times
}

async function openHost() {
  const { createNightlatch, generateKey, keyring } = await library('index')
  const { migrate, sqlStorage } = await library('storage/sql')
  const file = countedSqlite({ synchronous: 'FULL' })
  const db = new Kysely({ dialect: new SqliteDialect({ database: file.database }) })
  await migrate(db)
  const { options, enroll } = await passkeyOnlyUser()
  const nl = createNightlatch({
    appName: 'Acme',
    contact: 'security@acme.example',
    storage: sqlStorage(db),
    mailer: { send: async () => {} },
    keys: keyring(generateKey()),
    describe: (id) => ({ name: id, addresses: [] }),
    report: () => {},
    ...options,
  })
  let networks = 0
  // A network of its own for each call, so that no limit is reached.
  const nextClient = () => {
    networks++
    return { ip: `${11 + (networks >> 16)}.${(networks >> 8) & 255}.${networks & 255}.1`, userAgent: agent }
  }
  const names = Array.from({ length: users }, (_, n) => `user-${n}@acme.example`)
  for (const name of names) {
    const start = { name, accountId: name, primary: 'password', client: nextClient() }
    const { grant } = await nl.signIn.start(start)
    await nl.totp.enroll({ grant, label: 'Phone' })
  }
  const only = await enroll(nl)
  await nl.outbox.idle()
  return {
    nl,
    names,
    only,
    nextClient,
    close() {
      nl.outbox.stop()
      file.remove()
    },
  }
}

function inMicros({ value, low, high }) {
  return { medianMicros: value * 1e3, lowMicros: low * 1e3, highMicros: high * 1e3 }
}

function table(group, rows) {
  const [, , { lowMicros, highMicros }] = rows
  const isAlike = (lowMicros <= 0 && highMicros >= 0) || (lowMicros >= -50 && highMicros <= 50)
  const shown = (micros) => `${micros.toFixed(1)} µs`
  const lines = rows.map(({ name, medianMicros, lowMicros: low, highMicros: high }) => [
    name,
    shown(medianMicros),
    `${low.toFixed(1)} to ${shown(high)}`,
  ])
  const verdict = isAlike ? 'alike' : 'they differ'
  return [group, ...align([['', 'median', '95 % interval'], ...lines]).map((line) => `  ${line}`), `  ${verdict}`].join(
    '\n',
  )
}
