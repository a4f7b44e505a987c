#!/usr/bin/env node
import { generateKey } from '../service/keys/keyring.ts'

const usage = `nightlatch: two-factor sign-in for applications that have their own users

  nightlatch keygen    print a new key for keyring(), e.g. into the environment variable NL_KEYS
  nightlatch help      print this
`

function run(args: readonly string[]): number {
  const [command, ...rest] = args
  if (command === 'keygen' && rest.length === 0) {
    process.stdout.write(`${generateKey()}\n`)
    return 0
  }
  const asked = command === undefined || command === 'help' || command === '--help'
  ;(asked ? process.stdout : process.stderr).write(usage)
  return asked ? 0 : 1
}

process.exitCode = run(process.argv.slice(2))
