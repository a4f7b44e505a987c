import type { Granted } from 'nightlatch'
import { beforeAll, describe, expect, it } from 'vitest'
import { deviceCookie, readDeviceCookies } from '../../../src/service/keys/device-cookie.ts'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { newestOf } from '../../world/reading.ts'
import type { Person } from '../../world/person.ts'
import { home } from '../../world/person.ts'
import type { World } from '../../world/world.ts'
import { createWorld, keyText } from '../../world/world.ts'
import { keyring } from 'nightlatch'

const own = '__Host-nl_device'
const read = (header: string, name = own): readonly string[] => readDeviceCookies(header, name)

describe('the Cookie header of a request', () => {
  it.each<[situation: string, header: string, values: readonly string[]]>([
    ['alone', `${own}=a`, ['a']],
    ['among others', `session=x; ${own}=a; theme=dark`, ['a']],
    ['without a space behind the semicolon', `session=x;${own}=a;theme=dark`, ['a']],
    ['with tabs and spaces around it', `session=x; \t ${own}=a \t; theme=dark`, ['a']],
    ['in quotes', `${own}="a"`, ['a']],
    ['with one quote', `${own}="a`, ['"a']],
    ['with = in its value', `${own}=a=b=`, ['a=b=']],
    ['empty', `${own}=`, ['']],
    ['twice, in the order of the header', `${own}=a; ${own}=b`, ['a', 'b']],
    ['without a value', `${own}; ${own}`, []],
    ['in other letters', `__host-nl_device=a; __HOST-nl_device=b; __Host-NL_DEVICE=c`, []],
    ['as part of a longer name', `x${own}=a; ${own}2=b; ${own}.x=c; nl_device=d`, []],
    ['within the value of another cookie', `theme=${own}=a; x="${own}=b"; y=1,${own}=c`, []],
    ['with signs around the name that are no blanks', `\u00a0${own}=a; \u2009${own}=b; \v${own}=c; ${own}\u00a0=d`, []],
    ['with escapes in its name', `%5F%5FHost-nl_device=a; "${own}"=b`, []],
    ['behind the signs of old standards', `$Version=1, ${own}=a; $Path=/; ${own}=b`, ['b']],
    ['absent', `;;; ; = ; =${own}; session=x`, []],
  ])('finds the cookie %s', (_, header, values) => {
    expect(read(header)).toEqual(values)
  })

  it('of a megabyte is read only as far as a server would take it, and gives at most eight values', () => {
    expect(read(`${'a=b;'.repeat(250_000)}${own}=late`)).toEqual([])
    expect(read(`${own}=x;`.repeat(60_000))).toHaveLength(8)
    expect(read(';'.repeat(1_000_000))).toEqual([])
    expect(read(`${own}=${'x'.repeat(1_000_000)}`)).toHaveLength(1)
  })
})

describe('the Set-Cookie header', () => {
  it('has the prefix __Host- and Secure by default, and neither for plain http', () => {
    const rest = 'Max-Age=34560000; Path=/; HttpOnly;'
    expect(deviceCookie({ name: own, secure: true }, 't')).toBe(`${own}=t; ${rest} Secure; SameSite=Lax`)
    expect(deviceCookie({ name: 'nl_device', secure: false }, 't')).toBe(`nl_device=t; ${rest} SameSite=Lax`)
  })

  it('comes with what a browser sends back, whatever name and security the option says', async () => {
    for (const cookie of [{}, { secure: false }, { name: 'acme' }, { name: 'acme', secure: false }]) {
      const world = createWorld({ options: { cookie } })
      const { setCookie, deviceToken } = await signIn(world, 'ada')
      expect(setCookie).toContain(`${cookie.secure === false ? '' : '__Host-'}${cookie.name ?? 'nl_device'}=`)
      expect(setCookie).toContain(deviceToken)
      const person = await world.person('bea')
      const pair = (await complete(world, person)).setCookie.split(';')[0]!
      expect(await isKnown(world, person, `session=x; ${pair}`)).toBe(true)
      expect(await isKnown(world, person, `session=x; ${pair.replace('=', '2=')}`)).toBe(false)
    }
  })
})

describe('a browser that sends its cookies', () => {
  let world: World
  let ada: Person
  let genuine: string
  beforeAll(async () => {
    world = createWorld({ options: { cookie: { secure: false } } })
    ada = await world.person('ada')
    genuine = (await complete(world, ada)).setCookie.split(';')[0]!
  })

  it('is known by its own cookie behind worthless ones that a neighbor set', async () => {
    expect(await isKnown(world, ada, `nl_device=; nl_device=nonsense; nl_device="x"; ${genuine}`)).toBe(true)
  })

  it('is known by its own cookie behind a genuine one of somebody else', async () => {
    const other = (await signIn(world, 'thief')).setCookie.split(';')[0]!
    expect(await isKnown(world, ada, `${other}; ${genuine}`)).toBe(true)
    expect(await isKnown(world, ada, `${genuine}; ${other}`)).toBe(true)
    expect(await isKnown(world, ada, other)).toBe(false)
  })

  it('is unknown without a cookie, with an empty header, or with a header that is null', async () => {
    for (const cookies of [undefined, null, '', 'session=x']) expect(await isKnown(world, ada, cookies)).toBe(false)
  })

  it('may send its token as client.device instead', async () => {
    const start = { name: ada.name, accountId: ada.id, primary: 'password' } as const
    await world.nl.signIn.start({ ...start, client: { ...home, device: genuine.split('=')[1]! } })
    expect(await newestOf(world.nl, ada.id, 'mfa_challenge')).toMatchObject({ values: { knownDevice: true } })
  })

  it('gets its cookie under the new key from sessions.check, in a header of the same form', async () => {
    const rotated = world.instance({ keys: keyring(`${keyText(2)} ${keyText(1)}`) })
    const check = expectOk(await rotated.sessions.check({ grant: ada.grant, client: { ...home, cookies: genuine } }))
    expect(check.setCookie).toBe(deviceCookie({ name: 'nl_device', secure: false }, check.deviceToken ?? ''))
    const again = { grant: ada.grant, client: { ...home, cookies: check.setCookie!.split(';')[0]! } }
    expect(expectOk(await rotated.sessions.check(again)).setCookie).toBeUndefined()
  })

  it('makes the host throw if it passes on cookies that a package has parsed', async () => {
    const client = { ...home, cookies: { nl_device: genuine } as unknown as string }
    await expect(world.nl.signIn.failed({ name: 'ada', client })).rejects.toMatchObject({
      code: 'NL_ARGUMENT',
      message: expect.stringContaining("client.cookies must be the text of the request's Cookie header"),
    })
  })
})

async function signIn({ nl }: World, id: string): Promise<Granted> {
  return expectStatus(await nl.signIn.start({ name: id, accountId: id, primary: 'password', client: home }), 'granted')
}

async function complete({ nl, clock }: World, person: Person): Promise<Granted> {
  clock.advance(30_000)
  const challenge = await person.challenge(home)
  const granted = expectStatus(await nl.signIn.verify({ challenge, code: person.app.code(), client: home }), 'granted')
  person.grant = granted.grant
  return granted
}

async function isKnown({ nl }: World, person: Person, cookies: string | null | undefined): Promise<unknown> {
  const client = { ...home, cookies }
  expectStatus(
    await nl.signIn.start({ name: person.name, accountId: person.id, primary: 'password', client }),
    'challenge',
  )
  return ((await newestOf(nl, person.id, 'mfa_challenge')) as { values: { knownDevice: boolean } }).values.knownDevice
}
