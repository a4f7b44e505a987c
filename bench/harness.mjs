import { pathToFileURL } from 'node:url'

/**
 * @typedef {object} Contender
 * @property {string} name `nightlatch` for the library itself; everything else counts as a peer
 * @property {() => unknown} run one round of work, synchronous; its result is kept from being optimized away
 * @property {number} [operations] how many operations one run is, 1 unless given
 * @property {() => void} [check] throws unless the contender answers rightly; called before anything is timed
 *
 * A suite exports `groups()`, whose groups are measured here, or it measures itself: `measure({ rounds })` prints, and
 * resolves with the rows. It may have `profile()` too.
 *
 * @typedef {{ group: string, contenders: Contender[] }} Group
 * @typedef {{ group: string, name: string, opsPerSecond: number, spread: number }} Result
 */

const dist = process.env.NIGHTLATCH_DIST ?? new URL('../dist', import.meta.url).pathname

/** A module of the built library: `await library('otp')`. */
export function library(entry) {
  return import(pathToFileURL(`${dist}/${entry}.js`).href)
}

let sink

/** Nanoseconds that `count` runs take. */
function time(run, count) {
  const start = process.hrtime.bigint()
  for (let i = 0; i < count; i++) sink = run()
  return Number(process.hrtime.bigint() - start)
}

/** How many runs fill a round, found once a contender has run long enough to be compiled. */
function calibrate(run, roundNanoseconds, warmUpNanoseconds) {
  let count = 1
  for (let spent = 0; spent < warmUpNanoseconds;) {
    const taken = time(run, count)
    spent += taken
    if (taken < roundNanoseconds / 2) count *= 2
    else count = Math.max(1, Math.round((count * roundNanoseconds) / taken))
  }
  return count
}

/** The value that this share of the sorted ones lies below. */
export function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
}

/**
 * Times the contenders of a group in alternating rounds. Each round begins with another contender, so that a slow phase
 * of the machine slows all of them alike. There are many rounds, and each is shorter than a scheduler's slice. So most
 * of them run undisturbed on a shared machine, also the median round, which is reported. `spread` is half the distance
 * between the quartiles.
 *
 * @param {Group} group
 * @returns {Result[]}
 */
export function measure({ group, contenders }, { rounds = 401, roundMilliseconds = 1, warmUpMilliseconds = 150 } = {}) {
  for (const contender of contenders) contender.check?.()
  const lanes = contenders.map((contender) => ({
    ...contender,
    count: calibrate(contender.run, roundMilliseconds * 1e6, warmUpMilliseconds * 1e6),
    rounds: [],
  }))
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < lanes.length; i++) {
      const lane = lanes[(i + round) % lanes.length]
      lane.rounds.push(time(lane.run, lane.count) / lane.count / (lane.operations ?? 1))
    }
  }
  return lanes.map(({ name, rounds: taken }) => {
    const sorted = taken.toSorted((a, b) => a - b)
    const median = quantile(sorted, 0.5)
    const spread = (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 2 / median
    return { group, name, opsPerSecond: 1e9 / median, spread }
  })
}

/** The results of one group as a table, fastest first, with each one's time as a multiple of ours. */
export function table(results) {
  const own = results.find(({ name }) => name === 'nightlatch')
  const peers = results.filter((result) => result !== own)
  const best = peers.toSorted((a, b) => b.opsPerSecond - a.opsPerSecond)[0]
  const rows = results
    .toSorted((a, b) => b.opsPerSecond - a.opsPerSecond)
    .map((result) => [
      result.name,
      nanoseconds(1e9 / result.opsPerSecond),
      `±${(result.spread * 100).toFixed(1)} %`,
      Math.round(result.opsPerSecond).toLocaleString('en'),
      own ? `${(own.opsPerSecond / result.opsPerSecond).toFixed(2)} ×` : '',
    ])
  const lines = align([['', 'median', 'spread', 'per second', 'nightlatch is'], ...rows])
  if (own && best) lines.push(`${(own.opsPerSecond / best.opsPerSecond).toFixed(2)} × the best peer, ${best.name}`)
  return [results[0]?.group ?? '', ...lines.map((line) => `  ${line}`)].join('\n')
}

function nanoseconds(value) {
  if (value < 1e3) return `${value.toFixed(value < 100 ? 1 : 0)} ns`
  return value < 1e6 ? `${(value / 1e3).toFixed(2)} µs` : `${(value / 1e6).toFixed(2)} ms`
}

/** Rows of cells as lines, the first column to the left. */
export function align(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  return rows.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join('  '),
  )
}

/** Only so that nothing can be optimized away. */
export function used() {
  return sink
}
