import { readFileSync } from 'node:fs'
import { commonTokens } from '@stryker-mutator/api/plugin'
import { createInstrumenter } from '@stryker-mutator/instrumenter'
import { createInjector } from 'typed-inject'

const silent = {
  ...Object.fromEntries(['trace', 'debug', 'info', 'warn', 'error', 'fatal'].map((level) => [level, () => {}])),
  isDebugEnabled: () => false,
}

// A changed text of an error or a label is no news: the tests of messages and the vectors have those.
const options = { plugins: null, excludedMutations: ['StringLiteral'], ignorers: [], mutators: [] }

/**
 * Writes every change of these files into their code at once, each behind a switch that is off.
 * `root` ends in a slash, and the paths are relative to it.
 */
export async function instrument(root, paths) {
  const sources = Object.fromEntries(paths.map((path) => [path, readFileSync(root + path, 'utf8')]))
  const files = paths.map((path) => ({ name: root + path, mutate: true, content: sources[path] }))
  const instrumenter = createInjector().provideValue(commonTokens.logger, silent).injectFunction(createInstrumenter)
  const { files: written, mutants } = await instrumenter.instrument(files, options)
  return {
    code: Object.fromEntries(written.map(({ name, content }) => [name, content])),
    mutants: mutants
      .filter(({ status }) => status !== 'Ignored')
      .map(({ id, fileName, location, replacement }) => {
        const path = fileName.slice(root.length)
        return { id, path, line: location.start.line + 1, from: textAt(sources[path], location), to: replacement }
      }),
  }
}

function textAt(source, { start, end }) {
  const lines = source.split('\n').slice(start.line, end.line + 1)
  lines[lines.length - 1] = lines.at(-1).slice(0, end.column)
  lines[0] = lines[0].slice(start.column)
  return lines.join('\n')
}
