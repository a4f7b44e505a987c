#!/usr/bin/env node
import { generateKey } from '../service/keys/keyring.ts'

const usage = `nightlatch: two-factor sign-in for applications that have their own users

  nightlatch keygen    print a new key for keyring(), e.g. into the environment variable NL_KEYS
  nightlatch help      print this
`

/** Answers the exit code. Only what was asked for goes to the output, so that it can be piped into a file. */
function run(words: readonly string[]): 0 | 1 {
  const [command = 'help', ...rest] = words
  if (['help', '--help', '-h'].includes(command)) {
    process.stdout.write(usage)
    return 0
  }
  if (command === 'keygen' && rest.length === 0) {
    process.stdout.write(`${generateKey()}\n`)
    return 0
  }
  // The words are not repeated: somebody may have typed a key.
  const fault = command === 'keygen' ? 'keygen takes nothing behind it' : 'there is no such command'
  process.stderr.write(`nightlatch: ${fault}\n\n${usage}`)
  return 1
}

process.exitCode = run(process.argv.slice(2))
