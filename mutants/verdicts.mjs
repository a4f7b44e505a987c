import { appendFileSync, readFileSync } from 'node:fs'

/*
 * What the tests found, one line of JSON each, so that every process of a run can add to it:
 *
 * - `met`: a test, how long it took and the ids of the changes that it met
 * - `noticed`: the id of a change, and the test that failed with it
 * - `alone`: the id of a change that can only be tried from the start of a test file
 */

export function readVerdicts(folder) {
  const lines = readFileSync(`${folder}/verdicts`, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line))
}

export function addVerdict(folder, verdict) {
  appendFileSync(`${folder}/verdicts`, `${JSON.stringify(verdict)}\n`)
}

export function noticedIn(verdicts) {
  return new Set(verdicts.filter(({ verdict }) => verdict === 'noticed').map(({ id }) => id))
}
