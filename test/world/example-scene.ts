import { expectOk, expectStatus } from './expect-outcome.ts'
import { noResponse } from './example-names.ts'
import type { FacadeNames } from './example-names.ts'
import { createAuthenticator } from './passkey-authenticator.ts'
import { origin } from './passkey-ceremony.ts'
import { authenticator } from './person.ts'
import { everything, latestCode, passkeyAnswer } from './several-factors.ts'
import type { Scene } from './several-factors.ts'

/** What a form or the host's session holds when the method is called, beside what every page has. */
type Given = Readonly<Record<string, unknown>>
type Prepare = (scene: Scene) => Promise<Given>

const number = '+36 30 765 4321'
const page = async ({
  ada: { grant, client, proof },
}: Scene): Promise<{ grant: string; client: object; proof: string }> => ({
  grant,
  client,
  proof: await proof(),
})

async function firstPasskey({ nl, ada: { grant } }: Scene): Promise<Given> {
  return { id: expectOk(await nl.passkeys.list({ grant })).passkeys[0]?.id }
}

async function trustedBrowser({ nl, world, ada }: Scene): Promise<Given> {
  world.clock.advance(30_000)
  const verify = { challenge: await ada.challenge(), code: ada.app.code(), client: ada.client, trustDevice: true }
  ada.grant = expectStatus(await nl.signIn.verify(verify), 'granted').grant
  return { id: expectOk(await nl.trustedDevices.list({ grant: ada.grant })).devices[0]?.id }
}

/** What has to be done before a method, for the example of it to come through. */
const prepared: Readonly<Record<string, Prepare>> = {
  'signIn.recover': async (scene) => {
    const { nl, ada } = scene
    expectOk(await nl.passkeys.setOnly({ ...(await page(scene)), on: true }))
    return { code: ada.backupCodes[0] }
  },
  'signIn.verifyPasskey': async ({ nl, token, ada }) => {
    const challenge = await ada.challenge()
    return { challenge, ...(await passkeyAnswer(nl, token, challenge)) }
  },
  'totp.confirm': async (scene) => {
    const { uri, authenticator: id } = expectOk(await scene.nl.totp.enroll(await page(scene)))
    return { code: authenticator(uri, id, scene.world.clock).code() }
  },
  'sms.resend': async (scene) => {
    expectOk(await scene.nl.sms.enroll({ ...(await page(scene)), number }))
    scene.world.clock.advance(60_000)
    return {}
  },
  'sms.confirm': async (scene) => {
    expectOk(await scene.nl.sms.enroll({ ...(await page(scene)), number }))
    return { code: await latestCode(scene.nl, scene.sms) }
  },
  'passkeys.confirm': async (scene) => {
    const { ceremony, options } = expectOk(await scene.nl.passkeys.register(await page(scene)))
    return { ceremony, response: createAuthenticator().create(options, { origin }) }
  },
  'passkeys.rename': firstPasskey,
  'passkeys.remove': firstPasskey,
  'stepUp.verifyPasskey': async ({ nl, token, ada: { grant } }) => {
    const { ceremony, options } = expectOk(await nl.stepUp.passkeyOptions({ grant }))
    return { ceremony, response: token.get(options, { origin }) }
  },
  'sessions.end': async ({ nl, ada: { grant } }) => ({
    id: expectOk(await nl.sessions.list({ grant })).sessions.find(({ current }) => !current)?.id,
  }),
  'trustedDevices.revoke': trustedBrowser,
  'trustedDevices.revokeAll': trustedBrowser,
}

/** Everything that the example of one method names, for somebody who has every factor. */
export async function exampleScene(method: string): Promise<FacadeNames> {
  const scene = await everything()
  const { nl, world, ada } = scene
  world.clock.advance(60_000)
  const proof = await ada.proof()
  world.clock.advance(30_000)
  const challenge = await ada.challenge()
  const given: Given = { challenge, ...(await prepared[method]?.(scene)) }
  // The app's code of this step may be used up.
  world.clock.advance(30_000)
  const { app, client, grant } = ada
  const typed = {
    number,
    email: ada.name,
    newMail: 'ada@elsewhere.example',
    id: app.id,
    code: app.code(),
    first: app.code(20),
    second: app.code(21),
  }
  return {
    nl,
    grant,
    proof,
    challenge: String(given.challenge),
    client,
    user: { id: ada.id, email: ada.name },
    req: { body: { ...typed, ...given }, session: { grant, ceremony: String(given.ceremony) } },
    res: noResponse(),
  }
}
