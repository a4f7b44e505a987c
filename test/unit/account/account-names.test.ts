import { describe, expect, it } from 'vitest'
import { parseKeyUri } from 'nightlatch/otp'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { withPasskeys } from '../../world/passkey-person.ts'
import { createWorld } from '../../world/world.ts'

/** What `describe` may give, and the name that an authenticator gets for the account `ada`. */
const names: readonly { readonly what: string; readonly name: string; readonly shown: string | RegExp }[] = [
  { what: 'a plain name', name: 'ada@people.example', shown: 'ada@people.example' },
  { what: 'no text', name: '', shown: 'ada' },
  { what: 'spaces', name: ' \t ', shown: 'ada' },
  { what: 'a bidi override alone', name: '\u202E', shown: 'ada' },
  { what: 'a bidi override and spaces', name: ' \u202E \u200B ', shown: 'ada' },
  { what: 'a bidi override in a name', name: 'ada\u202Egro.elpmaxe', shown: 'adagro.elpmaxe' },
  { what: 'a line break', name: 'ada\nroot', shown: 'ada\\u000aroot' },
  { what: 'a lone surrogate', name: 'ada\uD800', shown: 'ada\uFFFD' },
  { what: 'a megabyte', name: 'a'.repeat(2 ** 20), shown: /^a{50,100}…$/ },
  { what: 'a megabyte of what shows nothing', name: '\u202E'.repeat(2 ** 20), shown: 'ada' },
]

describe.each(names)('a name of an account that is $what', ({ name, shown }) => {
  const world = createWorld({ options: { ...withPasskeys, describe: () => ({ name, addresses: [] }) } })
  const signedIn = async (): Promise<string> => {
    const start = { name: 'ada', accountId: 'ada', primary: 'password' } as const
    return expectStatus(await world.nl.signIn.start(start), 'granted').grant
  }

  it('is cleaned for the passkey that stores it', async () => {
    const { options } = expectOk(await world.nl.passkeys.register({ grant: await signedIn() }))
    expect(options.user.name).toEqual(typeof shown === 'string' ? shown : expect.stringMatching(shown))
    expect(options.user.displayName).toBe(options.user.name)
  })

  it('is cleaned in the same way for the app that stores it', async () => {
    const { uri } = expectOk(await world.nl.totp.enroll({ grant: await signedIn() }))
    const parsed = parseKeyUri(uri)
    const account = parsed.ok ? parsed.key.account : ''
    expect(account).toEqual(typeof shown === 'string' ? shown : expect.stringMatching(shown))
  })
})
