import type { ClientInfo, Nightlatch, NightlatchOptions, StepUpPurpose } from 'nightlatch'
import { webauthn } from 'nightlatch/passkeys'
import { expectOk, expectStatus } from './expect-outcome.ts'
import { createAuthenticator } from './passkey-authenticator.ts'
import type { Authenticator, AuthenticatorTraits, BrowserWords } from './passkey-authenticator.ts'
import { home } from './person.ts'

export const origin = 'https://acme.example'
export const verifier = webauthn({ rpId: 'acme.example', rpName: 'Acme', origins: [origin] })
export const withPasskeys: Partial<NightlatchOptions> = { passkeys: { verifier } }

export type Words = Partial<BrowserWords> & AuthenticatorTraits

/** Somebody whose only factor is a passkey. */
export interface KeyOwner {
  readonly id: string
  readonly name: string
  readonly authenticator: Authenticator
  /** The reference of the first passkey. */
  readonly passkey: string
  readonly backupCodes: readonly string[]
  grant: string
  /** A challenge, by a right password. */
  challenge(client?: ClientInfo, nl?: Nightlatch): Promise<string>
  proof(purpose?: StepUpPurpose): Promise<string>
  /** One more passkey, and the grant that comes with it. Answers with its reference. */
  add(authenticator: Authenticator, words?: Words): Promise<string>
  /** Only passkeys open the account from now on. */
  becomePasskeyOnly(): Promise<void>
}

type Confirm = Parameters<Nightlatch['passkeys']['confirm']>[0]
type Verify = Parameters<Nightlatch['signIn']['verifyPasskey']>[0]
type Prove = Parameters<Nightlatch['stepUp']['verifyPasskey']>[0]

/** What a page sends to confirm a new passkey; `words` replace true values in this one call. */
export async function made(
  nl: Nightlatch,
  authenticator: Authenticator,
  input: Parameters<Nightlatch['passkeys']['register']>[0],
  words: Words = {},
): Promise<Confirm> {
  const { ceremony, options } = expectOk(await nl.passkeys.register({ client: home, ...input }))
  const response = authenticator.create(options, { origin, ...words })
  return { grant: input.grant, client: home, ceremony, response }
}

/** What a page sends to sign in: for a challenge, or with nothing but the passkey. */
export async function answered(
  nl: Nightlatch,
  authenticator: Authenticator,
  challenge: string | null,
  words: Words = {},
): Promise<Verify> {
  const asked = challenge === null ? {} : { challenge }
  const { ceremony, options } = expectOk(await nl.signIn.passkeyOptions(asked))
  return { ...asked, ceremony, response: authenticator.get(options, { origin, ...words }), client: home }
}

/** What a page sends to step up. */
export async function proven(
  nl: Nightlatch,
  authenticator: Authenticator,
  { grant, purpose = 'factors' }: { readonly grant: string; readonly purpose?: StepUpPurpose },
  words: Words = {},
): Promise<Prove> {
  const { ceremony, options } = expectOk(await nl.stepUp.passkeyOptions({ grant }))
  return { grant, purpose, ceremony, response: authenticator.get(options, { origin, ...words }), client: home }
}

/** Registers through the facade as a host would: first sign-in, then a passkey as the first factor. */
export async function keyOwner(
  nl: Nightlatch,
  {
    id = 'ada',
    authenticator = createAuthenticator(),
    words = {},
  }: Partial<Pick<KeyOwner, 'id' | 'authenticator'>> & { readonly words?: Words } = {},
): Promise<KeyOwner> {
  const name = `${id}@people.example`
  const start = { name, accountId: id, primary: 'password' } as const
  const { grant } = expectStatus(await nl.signIn.start({ ...start, client: home }), 'granted')
  const confirmed = expectOk(
    await nl.passkeys.confirm(await made(nl, authenticator, { grant, label: 'Laptop' }, words)),
  )
  const owner: KeyOwner = {
    id,
    name,
    authenticator,
    passkey: confirmed.authenticator,
    backupCodes: confirmed.backupCodes ?? [],
    grant: confirmed.grant ?? '',
    async challenge(client = home, through = nl) {
      return expectStatus(await through.signIn.start({ ...start, client }), 'challenge').challenge
    },
    async proof(purpose = 'factors') {
      const input = await proven(nl, authenticator, { grant: owner.grant, purpose })
      return expectOk(await nl.stepUp.verifyPasskey(input)).proof
    },
    async add(further, lies = {}) {
      const call = { grant: owner.grant, proof: await owner.proof(), label: 'Key' }
      const { authenticator: added, grant: renewed } = expectOk(
        await nl.passkeys.confirm(await made(nl, further, call, lies)),
      )
      owner.grant = renewed ?? ''
      return added
    },
    async becomePasskeyOnly() {
      const set = await nl.passkeys.setOnly({ grant: owner.grant, proof: await owner.proof(), on: true, client: home })
      owner.grant = expectOk(set).grant ?? ''
    },
  }
  return owner
}
