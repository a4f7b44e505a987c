import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { BaseSequencer } from 'vitest/node'
import projects from '../vitest.config.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const { code } = JSON.parse(readFileSync(`${process.env.NIGHTLATCH_MUTANTS}/mutants.json`, 'utf8'))
const kinds = ['unit', 'race', 'property']

/** Quick tests come first, so that few changes are left for the slow ones. */
class QuickFirst extends BaseSequencer {
  async sort(files) {
    const rank = ({ moduleId }) => kinds.findIndex((kind) => moduleId.startsWith(`${root}test/${kind}/`))
    return [...files].sort((a, b) => rank(a) - rank(b) || (a.moduleId < b.moduleId ? -1 : 1))
  }
}

export default {
  root,
  resolve: projects.test.projects[0].resolve,
  plugins: [{ name: 'mutants', enforce: 'pre', load: (id) => code[id.split('?')[0]] }],
  test: {
    include: kinds.map((kind) => `test/${kind}/**/*.test.ts`),
    runner: fileURLToPath(new URL('./runner.mjs', import.meta.url)),
    sequence: { sequencer: QuickFirst },
    maxWorkers: 1,
    includeTaskLocation: true,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // A change may leave a promise that nobody awaits.
    dangerouslyIgnoreUnhandledErrors: true,
    passWithNoTests: true,
  },
}
