import { ESLint } from 'eslint'
import { configs as regexp } from 'eslint-plugin-regexp'
import { configs } from 'typescript-eslint'
import { describe, expect, it } from 'vitest'
import { root } from './source-tree.ts'

const eslint = new ESLint({
  cwd: root,
  overrideConfigFile: true,
  // A comment must not switch these rules off.
  allowInlineConfig: false,
  baseConfig: [
    { ...(configs.base as ESLint.ConfigData), files: ['**/*.ts'] },
    {
      files: ['**/*.ts'],
      plugins: regexp['flat/recommended'].plugins,
      rules: {
        'regexp/no-super-linear-backtracking': 'error',
        'regexp/no-super-linear-move': 'error',
        'no-control-regex': 'off',
      },
    },
  ] as never,
})

const faultsIn = (results: readonly ESLint.LintResult[]): string[] =>
  results.flatMap(({ filePath, messages }) => messages.map(({ line, ruleId }) => `${filePath}:${line} ${ruleId}`))

describe('regular expressions', () => {
  it('[WEB-11] run in linear time in every source file', async () => {
    expect(faultsIn(await eslint.lintFiles('src/**/*.ts'))).toEqual([])
  })

  it('are reported when they do not run in linear time', async () => {
    const slow = await eslint.lintText('export const slow = /(?:a+)+$/', { filePath: 'src/slow.ts' })
    expect(faultsIn(slow).some((line) => line.endsWith('regexp/no-super-linear-backtracking'))).toBe(true)
  })
})
