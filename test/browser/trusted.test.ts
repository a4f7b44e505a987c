import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OpenPortal } from './open-portal.ts'
import { chromium, openPortal } from './open-portal.ts'
import { picture } from './screens.ts'
import type { VirtualAuthenticator, Visitor } from './visitor.ts'
import { giveAuthenticator } from './visitor.ts'

/** Each test goes on where the one before it ended. */
describe.runIf(chromium !== undefined)('trusted browsers in the portal', () => {
  let portal: OpenPortal
  let ada: Visitor
  let codes: readonly string[] = []

  beforeAll(async () => {
    portal = await openPortal()
    ada = await portal.visit('ada@example.org')
    await ada.register()
  })

  afterAll(() => portal?.close())

  it('asks a trusted browser for no code at sign-in', async () => {
    await ada.addNumber()
    codes = await ada.saveBackupCodes()
    expect(await ada.section('Trusted browsers').innerText()).toContain('None')
    await ada.signOut()
    await ada.typePassword()
    await ada.page.getByLabel('Trust this browser for 30 days').check()
    await picture(ada.page, 'code-trust')
    await ada.typeCode(codes[0]!, 'Sign in')
    await ada.arrive('Login and security')

    await ada.signOut()
    await ada.typePassword()
    expect(await ada.told()).toContain('You trust this browser')
    expect(await ada.section('Trusted browsers').innerText()).toMatch(/This browser.*until/s)
    for (const name of ['Where you are signed in', 'Latest logins']) {
      expect(await ada.section(name).innerText(), name).toContain('password, in a trusted browser')
    }
    await picture(ada.page, 'security-trusted')
  })

  it('[SES-11] asks a trusted browser for a code before a change', async () => {
    await ada.press('Make new codes')
    expect(await ada.heading()).toBe('Confirm that it is you')
    await picture(ada.page, 'step-up-phone')
  })

  it('asks for a code again once the trust is taken back', async () => {
    await ada.go('/security')
    await ada.press('Stop trusting')
    expect(await ada.told()).toContain('asked for a code again')
    expect(await ada.section('Trusted browsers').innerText()).toContain('None')
    await ada.signOut()
    await ada.typePassword()
    await ada.arrive('Enter your code')
  })

  it('ends the trust of all browsers at once', async () => {
    await ada.page.getByLabel('Trust this browser for 30 days').check()
    await ada.typeCode(codes[1]!, 'Sign in')
    await ada.arrive('Login and security')
    await ada.press('Stop trusting all')
    expect(await ada.told()).toContain('Every browser is asked for a code again')
  })

  it('tells how each session began, and ends one of them', async () => {
    const elsewhere = await portal.visit(ada.email)
    await elsewhere.typePassword()
    await elsewhere.typeCode(codes[2]!, 'Sign in')
    await elsewhere.arrive('Login and security')
    await ada.go('/security')
    const rows = ada.section('Where you are signed in').getByRole('listitem')
    expect(await rows.filter({ hasText: 'password and backup code' }).count()).toBe(2)
    await picture(ada.page, 'security-sessions')
    await rows.filter({ hasNotText: 'This browser' }).getByRole('button', { name: 'Sign out' }).click()
    expect(await ada.told()).toContain('That session is signed out')
    await elsewhere.go('/security')
    expect(await elsewhere.heading()).toBe('Log in')
    await elsewhere.context.close()
  })

  it('sets cookies that scripts cannot read and other sites cannot use, and that a site of plain http keeps', async () => {
    const cookies = await ada.context.cookies()
    expect(cookies.map(({ name }) => name).sort()).toEqual(['nl_device', 'portal_session'])
    for (const { httpOnly, sameSite, path } of cookies) expect([httpOnly, sameSite, path]).toEqual([true, 'Lax', '/'])
    expect(cookies.find(({ name }) => name === 'nl_device')?.secure).toBe(portal.origin.startsWith('https:'))
  })

  it('redirects from 127.0.0.1 to localhost, the name that passkeys belong to', async () => {
    await ada.page.goto(`${portal.origin.replace('localhost', '127.0.0.1')}/login?from=elsewhere`)
    expect(ada.page.url()).toBe(`${portal.origin}/login?from=elsewhere`)
  })

  it('broke no rule of its content security policy and logged no error in the tests above', () => {
    expect(portal.complaints()).toEqual([])
  })
})

describe.runIf(chromium !== undefined)('a portal that lets an account have one method at a time', () => {
  let portal: OpenPortal
  let ada: Visitor

  beforeAll(async () => {
    portal = await openPortal({ NIGHTLATCH_FACTORS: 'exclusive' })
    ada = await portal.visit('ada@example.org')
    await giveAuthenticator(ada, { transport: 'usb' })
    await ada.register()
  })

  afterAll(() => portal?.close())

  it('offers to switch, and keeps the old method until the new one is confirmed', async () => {
    await ada.addNumber()
    const codes = await ada.page.locator('#codes code').allInnerTexts()
    await ada.go('/security')
    await picture(ada.page, 'security-exclusive')
    await ada.page.getByRole('link', { name: 'Switch to passkeys' }).click()
    await ada.page.getByLabel('Name of this passkey').fill('Blue key')
    await ada.press('Continue')
    await ada.typeCode(codes[0]!, 'Continue')
    expect(await ada.heading()).toBe('One method at a time')
    await picture(ada.page, 'switch')
    await ada.press('Switch to it')
    await ada.page.getByText('The passkey is added').waitFor()
    expect(await ada.section('Passkeys').innerText()).toMatch(/Blue key.*Security key/s)
    expect(await ada.section('Phone number').innerText()).toContain('None')
  })

  it('switches 2FA off after a passkey', async () => {
    await ada.page.getByRole('link', { name: 'Switch off' }).click()
    await picture(ada.page, 'switch-off-passkey')
    await ada.press('Use a passkey')
    expect(await ada.told()).toContain('Two-factor authentication is off')
  })
})

describe.runIf(chromium !== undefined)('a portal that requires a second factor', () => {
  let portal: OpenPortal
  let authenticator: VirtualAuthenticator
  let ada: Visitor

  beforeAll(async () => {
    portal = await openPortal({ NIGHTLATCH_REQUIRE_2FA: '1' })
  })

  afterAll(() => portal?.close())

  it('accepts a passkey as the required factor', async () => {
    ada = await portal.visit('ada@example.org')
    authenticator = await giveAuthenticator(ada)
    await ada.register()
    expect(await ada.heading()).toBe('Set up two-factor authentication')
    await ada.page.getByRole('link', { name: /Add a passkey/ }).click()
    await authenticator.setVerified(false)
    await ada.press('Continue')
    await ada.page.getByText('Nothing was sent').waitFor()
    await authenticator.setVerified(true)
    await ada.press('Make the passkey')
    await ada.arrive('Two-factor authentication is on')
    await ada.go('/security')
    expect(await ada.heading()).toBe('Login and security')
    expect(await ada.section('Passkeys').innerText()).toMatch(/My passkey.*On one device/s)
  })

  it('asks first for the preferred factor, and offers the others beside it', async () => {
    await ada.section('Phone number').getByRole('link', { name: 'Add a number' }).click()
    await ada.page.getByLabel('Mobile number').fill('+36 30 765 4321')
    await ada.press('Send a code')
    await ada.press('Use a passkey')
    await ada.arrive('Confirm the number')
    await ada.typeCode(await ada.newCodeBySms([]), 'Confirm')
    expect(await ada.told()).toContain('The number is confirmed')
    await ada.page.getByLabel('After your password you are asked first for').selectOption('Code by SMS')
    await ada.press('Save')
    expect(await ada.told()).toContain('From now on')
    await picture(ada.page, 'security-all')
    const before = await ada.codesBySms()
    await authenticator.setPresent(false)
    await ada.signOut()
    await ada.typePassword()
    await ada.page.getByRole('button', { name: 'Use a passkey' }).waitFor()
    await picture(ada.page, 'code-all')
    await ada.typeCode(await ada.newCodeBySms(before), 'Sign in')
    expect(await ada.heading()).toBe('Login and security')
    await ada.section('Phone number').getByText('Change', { exact: true }).click()
    await ada.section('Phone number').getByRole('button', { name: 'Remove this number' }).click()
    await picture(ada.page, 'step-up-all')
    expect(await ada.page.getByRole('button', { name: 'Send a code by SMS' }).isVisible()).toBe(true)
  })

  it('accepts a phone number as the required factor', async () => {
    const eve = await portal.visit('eve@example.org')
    await eve.register()
    await eve.addNumber()
    expect(await eve.heading()).toBe('Two-factor authentication is on')
    await eve.go('/security')
    expect(await eve.heading()).toBe('Login and security')
  })
})
