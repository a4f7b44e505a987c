import { readFileSync } from 'node:fs'
import { TestRunner } from 'vitest'
import { getFn } from 'vitest/suite'
import { addVerdict, noticedIn, readVerdicts } from './verdicts.mjs'

const { NIGHTLATCH_MUTANTS: folder, NIGHTLATCH_MUTANT: only } = process.env
const [fromMs, untilMs] = (process.env.NIGHTLATCH_TAKES ?? '0-Infinity').split('-').map(Number)
const { setTimeout: wait, clearTimeout: stopWaiting } = globalThis

// The switches and counters of the changed code, under the names that it uses.
const switches = (globalThis.__stryker__ ??= {})
switches.mutantCoverage = { static: {}, perTest: {} }
// One change for the whole file: what runs while the file is loaded can be tried in no other way.
if (only !== undefined) Object.assign(switches, { activeMutant: only, hitCount: 0, hitLimit: 1_000_000 })

const next = 'next change'
/** A change that is met so often within one test has made an endless loop. */
const limitOfHits = 1000
const hangsAfterMs = 5000

/**
 * Runs each test once as it is, and sees which changes it meets. Then it runs the test again for each of these changes
 * that no test has noticed yet. A repetition is a retry for Vitest, so that all hooks run around it.
 */
export default class MutantRunner extends TestRunner {
  #alive
  /** By test, how long it took and what it met, if an earlier run has seen it. */
  #known
  #isSpoiled = false
  /**
   * What the running test does now. It runs as it is, `first` and `again`, then with each `change` of the queue. After a
   * change that it noticed it runs as it is for a `check`.
   */
  #plan = null

  async onBeforeRunFiles(files) {
    await super.onBeforeRunFiles?.(files)
    const said = readVerdicts(folder)
    const noticed = noticedIn(said)
    this.#known = new Map(said.filter(({ verdict }) => verdict === 'met').map((one) => [one.by, one]))
    const { mutants } = JSON.parse(readFileSync(`${folder}/mutants.json`, 'utf8'))
    this.#alive = new Set(mutants.map(({ id }) => id).filter((id) => !noticed.has(id)))
  }

  async onBeforeRunTask(test) {
    await super.onBeforeRunTask?.(test)
    if (only !== undefined || test.fails) return
    const name = `${test.file.name}:${test.location?.line} ${test.name}`
    if (this.#isSpoiled || this.#alive.size === 0 || !this.#isWanted(name)) test.mode = 'skip'
    test.retry = { count: Number.MAX_SAFE_INTEGER, condition: ({ message }) => message === next }
    this.#plan = { stage: 'first', queue: [], hits: {}, tookMs: 0, name, file: test.file.name }
  }

  #isWanted(name) {
    const known = this.#known.get(name)
    if (known === undefined) return fromMs === 0
    return known.tookMs >= fromMs && known.tookMs < untilMs && known.ids.some((id) => this.#alive.has(id))
  }

  onBeforeTryTask(test, options) {
    super.onBeforeTryTask(test, options)
    if (this.#plan === null) return
    const { stage, queue, hits } = this.#plan
    switches.currentTestId = stage === 'first' ? 'first' : 'again'
    switches.activeMutant = stage === 'change' ? queue[0] : ''
    switches.hitCount = 0
    switches.hitLimit = Math.max(limitOfHits, 100 * (hits[queue[0]] ?? 0))
    this.#plan.began = process.cpuUsage()
  }

  async runTask(test) {
    const run = getFn(test)
    if (this.#plan?.stage !== 'change') return run()
    let timer
    const hung = new Promise((_, reject) => {
      timer = wait(() => reject(new Error('hung')), hangsAfterMs + 20 * this.#plan.tookMs)
    })
    await Promise.race([run(), hung]).finally(() => stopWaiting(timer))
  }

  async onAfterRetryTask(test, options) {
    await super.onAfterRetryTask?.(test, options)
    if (this.#plan === null || test.result.state === 'skip' || test.result.pending) return
    const failed = test.result.state === 'fail'
    switches.activeMutant = ''
    switches.currentTestId = undefined
    const failsAsItIs = failed && this.#plan.stage === 'first'
    if (this.#goesOn(failed)) {
      test.result.state = 'fail'
      test.result.errors = [{ message: next }]
      return
    }
    this.#plan = null
    if (failsAsItIs) return
    test.result.state = 'pass'
    test.result.errors = undefined
  }

  /** Whether the test is to be run again. */
  #goesOn(failed) {
    switch (this.#plan.stage) {
      case 'first':
        return this.#afterFirst(failed)
      case 'again':
        return this.#afterAgain(failed)
      case 'change':
        return this.#afterChange(failed)
      case 'check':
        return this.#afterCheck(failed)
    }
  }

  #afterFirst(failed) {
    const { perTest } = switches.mutantCoverage
    const hits = perTest.first ?? {}
    delete perTest.first
    const { name, file } = this.#plan
    const tookMs = this.#known.get(name)?.tookMs ?? millisecondsOf(process.cpuUsage(this.#plan.began))
    Object.assign(this.#plan, { hits, tookMs })
    const ids = Object.keys(hits)
    if (ids.length > 0 && !this.#known.has(name)) say([{ verdict: 'met', by: name, file, tookMs, ids }])
    if (tookMs >= untilMs) return false
    this.#plan.queue = ids.filter((id) => this.#alive.has(id))
    if (failed || this.#plan.queue.length === 0) return false
    this.#plan.stage = 'again'
    return true
  }

  #afterAgain(failed) {
    if (failed) {
      // This test works only once.
      this.#doubt(this.#plan.queue)
      return false
    }
    this.#plan.stage = 'change'
    return true
  }

  #afterChange(failed) {
    if (failed) {
      this.#plan.stage = 'check'
      return true
    }
    this.#plan.queue.shift()
    return this.#plan.queue.length > 0
  }

  /** After a failure the unchanged test must work again. Else an earlier change has left something behind. */
  #afterCheck(failed) {
    if (failed) {
      this.#isSpoiled = true
      this.#doubt(this.#plan.queue)
      return false
    }
    const id = this.#plan.queue.shift()
    this.#alive.delete(id)
    say([{ id, verdict: 'noticed', by: this.#plan.name }])
    this.#plan.stage = 'change'
    return this.#plan.queue.length > 0
  }

  #doubt(ids) {
    say(ids.map((id) => ({ id, verdict: 'alone', file: this.#plan.file })))
  }

  async onAfterRunFiles(files) {
    await super.onAfterRunFiles?.(files)
    if (only !== undefined) return
    const loaded = Object.keys(switches.mutantCoverage.static).filter((id) => this.#alive.has(id))
    say(loaded.map((id) => ({ id, verdict: 'alone', file: files[0].name })))
  }
}

/** Of the processor, because the clock also counts what other processes do. */
function millisecondsOf({ user, system }) {
  return Math.round((user + system) / 1000)
}

function say(verdicts) {
  for (const verdict of verdicts) addVerdict(folder, verdict)
}
