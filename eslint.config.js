import { configs as regexp } from 'eslint-plugin-regexp'
import { configs, parser } from 'typescript-eslint'

const name = '/(digest|mac|secret|seed|password|hash)$/i'
const comparison = "BinaryExpression[operator=/^[!=]==?$/][right.type!='Literal']"
const compared = `${comparison}:not([right.type='Identifier'][right.name='undefined'])`
const secretsInConstantTime = [
  `${compared} > Identifier[name=${name}]`,
  `${compared} > MemberExpression[property.name=${name}]`,
]

const everywhere = [
  { selector: 'TSEnumDeclaration', message: 'Use a union of literals.' },
  { selector: 'LabeledStatement', message: 'Name a function instead.' },
]
const noPlainErrors = {
  selector: 'NewExpression[callee.name=/^(Error|TypeError|RangeError|SyntaxError)$/]',
  message: 'Throw a NightlatchError: it has a code, and no secret in its text.',
}
const inSource = [
  ...everywhere,
  { selector: 'TSAsExpression > TSAsExpression', message: 'Two casts hide a type that does not fit. Find the type.' },
  { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
  ...secretsInConstantTime.map((selector) => ({
    selector,
    message: 'Secrets are compared with equalBytes, in constant time [CRY-13].',
  })),
]

const banned = (names, message) => names.map((name) => ({ name, message }))
const outsideCore = 'src/core has no clock, no chance and no I/O: take it as an argument or move it to src/service.'

export default [
  { ignores: ['dist/', '.types/', '**/node_modules/', '.nightlatch/', 'examples/portal/data/', 'coverage/'] },
  ...configs.strict,
  regexp['flat/recommended'],
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      'no-restricted-syntax': ['error', ...everywhere],
      'regexp/no-super-linear-backtracking': 'error',
      'regexp/no-super-linear-move': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      // noUncheckedIndexedAccess makes `bytes[i]!` the honest spelling of an index that was just checked.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['src/**/*.ts'],
    languageOptions: {
      parser,
      parserOptions: { project: 'tsconfig.build.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      'max-depth': ['error', 3],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
      'no-restricted-syntax': ['error', ...inSource, noPlainErrors],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: 'Not a CSPRNG [CRY-1].' }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-unnecessary-type-arguments': 'error',
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      '@typescript-eslint/no-unnecessary-type-parameters': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    // The contract suites bring their own assertions: they import no test runner.
    files: ['src/testing/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...inSource] },
  },
  {
    files: ['src/core/**/*.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...banned(
          ['Date', 'performance', 'crypto', 'process', 'console', 'fetch', 'Buffer', 'setTimeout', 'setInterval'],
          outsideCore,
        ),
      ],
    },
  },
  {
    // Tests match their own texts and pass what types forbid.
    files: ['test/**', 'bench/**'],
    rules: {
      'regexp/no-super-linear-backtracking': 'off',
      'regexp/no-super-linear-move': 'off',
      '@typescript-eslint/no-explicit-any': 'off',
    },
  },
]
