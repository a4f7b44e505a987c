import { countedSqlite } from './sign-in/counted-sqlite.mjs'
import { nightlatch } from './sign-in/nightlatch.mjs'
import { align, library, quantile } from '../harness.mjs'

const users = 200
const calls = 32
/** More than an account has places for sessions and known devices. */
const browsers = 40
const warmUps = 10

/** What grows with the number of accounts, with the age of an account, and with the length of a history. */
export default { measure }

async function measure({ rounds = 41, accounts = [1000, 100_000], events = [10_000, 100_000] } = {}) {
  const results = [
    ...(await bySize(accounts, rounds)),
    ...(await byRecord(rounds)),
    ...(await byHistory(events, rounds)),
  ]
  const lines = results.map(({ group, name, micros }) => [group, name, `${micros.toFixed(0)} µs`])
  console.log(`${align([['', '', 'CPU'], ...lines]).join('\n')}\n`)
  return results
}

/** The CPU of a sign-in by TOTP among so many accounts. */
async function bySize(sizes, rounds) {
  const lanes = []
  for (const size of sizes) lanes.push({ name: size.toLocaleString('en'), ...(await openWith(size)) })
  const results = await measureLanes('scale.accounts', lanes, rounds)
  for (const { system, file } of lanes) {
    system.close()
    file.remove()
  }
  return results
}

/** The CPU of a sign-in by TOTP to an account that is new, and to one whose sessions and known devices are full. */
async function byRecord(rounds) {
  const file = countedSqlite()
  const system = await nightlatch(file.database)
  const people = []
  // A new account signs in once, after which it is not so new any more.
  for (let n = 0; n < calls * (1 + warmUps + rounds); n++) people.push(await system.enroll(n))
  const [old, fresh] = [people.slice(0, calls), people.slice(calls)]
  for (let n = 0; n < browsers; n++) {
    system.nextBatch()
    const client = { ip: `198.51.100.${n}`, userAgent: `Mozilla/5.0 (X11; Linux x86_64) Firefox/${100 + n}.0` }
    for (const person of old) await signIn(system, { ...person, client })
  }
  await system.settle()
  const lanes = [
    { name: 'new', people: fresh },
    { name: `after ${browsers} browsers`, people: old },
  ]
  const results = await measureLanes(
    'scale.record',
    lanes.map((lane) => ({ ...lane, system, turn: 0 })),
    rounds,
  )
  system.close()
  file.remove()
  return results
}

async function measureLanes(group, lanes, rounds) {
  const measured = new Map(lanes.map(({ name }) => [name, []]))
  for (let round = -warmUps; round < rounds; round++) {
    for (const lane of round % 2 === 0 ? lanes : lanes.toReversed()) {
      const micros = await batch(lane)
      if (round >= 0) measured.get(lane.name).push(micros)
    }
  }
  return [...measured].map(([name, micros]) => row(group, name, micros))
}

async function signIn(system, person) {
  const answer = await system.verify(await system.start(person, 'totp'))
  if (!system.granted(answer)) throw new Error(`not granted: ${JSON.stringify(answer)}`)
}

async function openWith(size) {
  const file = countedSqlite()
  const system = await nightlatch(file.database)
  const people = []
  for (let n = 0; n < users; n++) people.push(await system.enroll(n))
  await system.settle()
  seed(file.database, 'nightlatch_records', { id: `'account:other-' || i` }, size - users)
  return { file, system, people, turn: 0 }
}

async function batch(lane) {
  const { system, people } = lane
  system.nextBatch()
  const attempts = []
  for (let n = 0; n < calls; n++) attempts.push(await system.start(people[lane.turn++ % people.length], 'totp'))
  await system.settle()
  const before = process.cpuUsage()
  for (const attempt of attempts) {
    const answer = await system.verify(attempt)
    if (!system.granted(answer)) throw new Error(`not granted: ${JSON.stringify(answer)}`)
  }
  await system.settle()
  const { user, system: kernel } = process.cpuUsage(before)
  return (user + kernel) / calls
}

/** A page from the middle of the history of one account among others. */
async function byHistory(lengths, rounds) {
  const { sqlStorage } = await library('storage/sql')
  const { Kysely, SqliteDialect } = await import('kysely')
  const results = []
  for (const length of lengths) {
    const file = countedSqlite()
    const system = await nightlatch(file.database)
    await system.enroll(0)
    await system.settle()
    const { record_id: id, n } = file.database
      .prepare('select record_id, max(n) as n from nightlatch_events group by record_id limit 1')
      .get()
    seed(file.database, 'nightlatch_events', { n: `i + ${n}` }, length)
    const storage = sqlStorage(new Kysely({ dialect: new SqliteDialect({ database: file.database }) }))
    const micros = []
    for (let round = -warmUps; round < rounds; round++) {
      const before = process.cpuUsage()
      for (let page = 0; page < 10; page++) {
        const { items } = await storage.listEvents({
          id,
          limit: 100,
          after: String(Math.floor(length / 2) + page * 100),
        })
        if (items.length !== 100) throw new Error('the page is short')
      }
      const { user, system: kernel } = process.cpuUsage(before)
      if (round >= 0) micros.push((user + kernel) / 10)
    }
    results.push(row('scale.history-page', length.toLocaleString('en'), micros))
    system.close()
    file.remove()
  }
  return results
}

/** Copies the first row of a table so many times, with other values in some columns. `i` counts from 1. */
function seed(database, table, changed, count) {
  const columns = database
    .prepare(`select name from pragma_table_info('${table}')`)
    .all()
    .map(({ name }) => name)
  const values = columns.map((name) => changed[name] ?? `first.${name}`)
  const first = `(select * from ${table} limit 1) as first`
  const numbers = `with recursive numbers(i) as (select 1 union all select i + 1 from numbers where i < ${count})`
  database.exec(
    `insert into ${table} (${columns.join(', ')}) ${numbers} select ${values.join(', ')} from numbers, ${first}`,
  )
}

function row(group, name, micros) {
  const median = quantile(
    micros.toSorted((a, b) => a - b),
    0.5,
  )
  return { group, name, micros: median }
}
