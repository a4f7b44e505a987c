import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OpenPortal } from './open-portal.ts'
import { chromium, openPortal } from './open-portal.ts'
import { picture } from './screens.ts'
import type { VirtualAuthenticator, Visitor } from './visitor.ts'
import { giveAuthenticator } from './visitor.ts'

/** Each test goes on where the one before it ended. */
describe.runIf(chromium !== undefined)('passkeys in the portal', () => {
  let portal: OpenPortal
  let ada: Visitor
  let authenticator: VirtualAuthenticator
  let codes: readonly string[] = []

  beforeAll(async () => {
    portal = await openPortal()
    ada = await portal.visit('ada@example.org')
    authenticator = await giveAuthenticator(ada, { synced: true })
    await ada.register()
  })

  afterAll(() => portal?.close())

  const sessionCookie = async (): Promise<string | undefined> =>
    (await ada.context.cookies()).find(({ name }) => name === 'portal_session')?.value

  /** Nobody touches the authenticator at the log-in page: the browser would sign in by itself. */
  async function signOut(): Promise<void> {
    await authenticator.setPresent(false)
    await ada.signOut()
  }

  async function typePassword(): Promise<void> {
    await authenticator.setPresent(false)
    await ada.typePassword()
    await authenticator.setPresent(true)
  }

  it('makes a passkey in two steps, and backup codes with the first one', async () => {
    await ada.page.getByRole('link', { name: 'Add a passkey' }).last().click()
    await picture(ada.page, 'passkey-new')
    await ada.page.getByLabel('Name of this passkey').fill('Laptop')
    await authenticator.setPresent(false)
    await ada.press('Continue')
    await ada.arrive('Your browser asks now')
    await picture(ada.page, 'passkey-create')
    await ada.page.getByRole('link', { name: 'Back' }).click()
    await ada.page.getByLabel('Name of this passkey').fill('Laptop')
    await authenticator.setPresent(true)
    await ada.press('Continue')
    await ada.arrive('Two-factor authentication is on')
    codes = await ada.saveBackupCodes()
    expect(codes).toHaveLength(10)
    const row = ada.section('Passkeys').getByRole('listitem')
    expect(await row.innerText()).toMatch(/Laptop.*Synced between devices.*not used yet/s)
    await picture(ada.page, 'security-passkey')
  })

  it('[SES-3] signs in with the password and a passkey, in a session with a new id', async () => {
    await signOut()
    await typePassword()
    await ada.arrive('Confirm that it is you')
    await picture(ada.page, 'code-passkey')
    const before = await sessionCookie()
    await ada.press('Use a passkey')
    await ada.arrive('Login and security')
    expect(await sessionCookie()).not.toBe(before)
    expect(await ada.section('Where you are signed in').innerText()).toContain('password and passkey')
  })

  it('signs in with a passkey and no password', async () => {
    await signOut()
    await picture(ada.page, 'login')
    await authenticator.setPresent(true)
    await ada.press('Sign in with a passkey')
    await ada.arrive('Login and security')
    expect(await ada.section('Where you are signed in').innerText()).toContain('passkey, without a password')
  })

  it('signs in with the passkey that the browser offers in the name field', async () => {
    await signOut()
    expect(await ada.page.getByLabel('E-mail address').getAttribute('autocomplete')).toBe('username webauthn')
    // The log-in page that is open must not sign in while the next one loads.
    // The next one may sign in before its load ends.
    await ada.page.goto('about:blank')
    await authenticator.setPresent(true)
    await ada.page.goto(`${portal.origin}/login`, { waitUntil: 'commit' })
    await ada.arrive('Login and security')
    expect(await ada.section('Where you are signed in').innerText()).toContain('passkey, without a password')
  })

  it('stays at the log-in page and says that nothing was sent when the passkey request is canceled', async () => {
    await signOut()
    await authenticator.setVerified(false)
    await authenticator.setPresent(true)
    await ada.press('Sign in with a passkey')
    await ada.page.getByText('Nothing was sent').waitFor()
    expect(await ada.heading()).toBe('Log in')
    await picture(ada.page, 'login-canceled')
    await authenticator.setVerified(true)
    await ada.press('Sign in with a passkey')
    await ada.arrive('Login and security')
  })

  it('[SES-3] asks for a passkey before a change, and continues the change in a session with a new id', async () => {
    await ada.section('Passkeys').getByRole('link', { name: 'Add a passkey' }).click()
    await ada.page.getByLabel('Name of this passkey').fill('Laptop again')
    await ada.press('Continue')
    await ada.arrive('Confirm that it is you')
    expect(await ada.page.getByRole('main').innerText()).toContain('add a passkey')
    await picture(ada.page, 'step-up-passkey')
    const before = await sessionCookie()
    await ada.press('Use a passkey')
    await ada.arrive('Your browser asks now')
    expect(await sessionCookie(), 'a new id').not.toBe(before)
  })

  it('[PKR-16] makes no second passkey on an authenticator that has one already, and says so', async () => {
    await ada.page.getByText('This device has a passkey for your account already').waitFor()
    await picture(ada.page, 'passkey-twice')
  })

  it('renames a passkey', async () => {
    await ada.go('/security')
    const row = ada.section('Passkeys').getByRole('listitem')
    await row.getByText('Change', { exact: true }).click()
    await row.getByLabel('New name').fill('Blue <b>laptop</b>')
    await row.getByRole('button', { name: 'Rename' }).click()
    expect(await ada.section('Passkeys').innerText()).toContain('Blue <b>laptop</b>')
  })

  it('answers a right password like a wrong one once only passkeys open the account', async () => {
    await ada.press('Let only passkeys open it')
    await ada.press('Use a passkey')
    await ada.page.getByText('Only passkeys open this account now').waitFor()
    expect(await ada.section('Passkeys').innerText()).toContain('The only way in')
    await picture(ada.page, 'security-passkey-only')
    await signOut()
    const answerTo = async (typed?: string): Promise<string> => {
      await ada.typePassword(typed)
      await ada.page.getByRole('button', { name: 'Sign in with a passkey' }).waitFor()
      return ada.page.getByRole('main').innerText()
    }
    const wrong = await answerTo('not the password')
    expect(wrong).toContain('E-mail address or password is wrong')
    expect(await answerTo()).toBe(wrong)
  })

  it('lets the password with a backup code add a new passkey when the old ones are lost, and nothing else', async () => {
    await authenticator.clear()
    await ada.page.getByRole('link', { name: 'Lost your passkeys?' }).click()
    const fill = async (code: string): Promise<void> => {
      await ada.page.getByLabel('E-mail address').fill(ada.email)
      await ada.page.getByLabel('Password').fill('correct horse battery')
      await ada.page.getByLabel('Backup code').fill(code)
      await ada.press('Continue')
    }
    await fill('00000-00000-000')
    expect(await ada.alert()).toContain('At least one of the three is not right')
    await picture(ada.page, 'recover')
    await fill(codes[0]!)
    await ada.arrive('Add a passkey')
    expect(await ada.page.getByRole('main').innerText()).toContain('The backup code was right')
    await ada.go('/security')
    expect(await ada.heading()).toBe('Log in')
    await ada.go('/security/passkeys/new')
    await ada.page.getByLabel('Name of this passkey').fill('New phone')
    await authenticator.setPresent(true)
    await ada.press('Continue')
    await ada.arrive('Login and security')
    expect(await ada.section('Passkeys').getByRole('listitem').count()).toBe(2)
    expect(await ada.section('Backup codes').innerText()).toContain('9 of 10 left')
  })

  it('lets the password open the account again after a passkey', async () => {
    await ada.press('Let the password open it again')
    await ada.arrive('Confirm that it is you')
    expect(await ada.page.getByRole('textbox').count(), 'no code will do').toBe(0)
    await picture(ada.page, 'step-up-passkey-only')
    await ada.press('Use a passkey')
    await ada.page.getByText('The password opens this account again').waitFor()
  })

  it('[PKR-18] [PKA-16] removes one of two passkeys, and tells a browser that still has it', async () => {
    const rows = ada.section('Passkeys').getByRole('listitem')
    expect(await rows.allInnerTexts()).toEqual([
      expect.stringMatching(/Blue <b>laptop<\/b>.*last used/s),
      expect.stringMatching(/New phone.*last used/s),
    ])
    const row = rows.filter({ hasText: 'New phone' })
    await row.getByText('Change', { exact: true }).click()
    await row.getByRole('button', { name: 'Remove this passkey' }).click()
    await ada.press('Use a passkey')
    await ada.page.getByText('The passkey is removed').waitFor()
    await signOut()
    expect(await authenticator.count()).toBe(1)
    await authenticator.setPresent(true)
    await ada.press('Sign in with a passkey')
    await ada.page.getByText('does not have that passkey any more').waitFor()
    await picture(ada.page, 'login-unknown-passkey')
    await expect.poll(() => authenticator.count()).toBe(0)
  })

  it('broke no rule of its content security policy and logged no error in the tests above', () => {
    expect(portal.complaints()).toEqual([])
  })
})
