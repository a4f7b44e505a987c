import { get } from 'node:http'
import Database from 'libsql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requires } from '../require.ts'
import type { AuthenticatorApp } from './authenticator.ts'
import { appWith, readQr, wrongCode } from './authenticator.ts'
import type { OpenPortal } from './open-portal.ts'
import { chromium, openPortal } from './open-portal.ts'
import { picture } from './screens.ts'
import type { Visitor } from './visitor.ts'
import { password } from './visitor.ts'

const tools = [requires('oathtool'), requires('zbarimg')]

/** One person's way through the portal: each test goes on where the one before it ended. */
describe.runIf(chromium !== undefined && !tools.includes(undefined))('the portal in a browser', () => {
  let portal: OpenPortal
  let ada: Visitor
  let app: AuthenticatorApp
  let tabletApp: AuthenticatorApp
  let key = ''
  let codes: readonly string[] = []

  beforeAll(async () => {
    portal = await openPortal()
    ada = await portal.visit('ada@example.org')
  })

  afterAll(() => portal?.close())

  const sessionId = async (): Promise<string | undefined> =>
    (await ada.context.cookies()).find(({ name }) => name === 'portal_session')?.value

  it('opens an account, and does not tell whether an address has one already', async () => {
    await ada.go('/')
    await picture(ada.page, 'welcome')
    const register = async (): Promise<string> => {
      await ada.go('/')
      await ada.page.getByLabel('Name').fill('Ada Lovelace')
      await ada.page.getByLabel('E-mail address').fill(ada.email)
      await ada.page.getByLabel('Password').fill(password)
      await ada.press('Open account')
      return ada.told()
    }
    const first = await register()
    expect(await register()).toBe(first)
    await ada.go('/mailbox')
    expect(await ada.page.getByRole('main').innerText()).toContain('You have an account already')
  })

  it('logs in with the password alone while there is no second factor', async () => {
    await ada.typePassword('not the password')
    expect(await ada.alert()).toContain('wrong')
    expect(await ada.page.getByLabel('E-mail address').inputValue()).toBe(ada.email)
    await picture(ada.page, 'login-wrong')
    await ada.typePassword()
    expect(await ada.heading()).toBe('Login and security')
    await picture(ada.page, 'security-off')
  })

  it('[SES-3] asks for the password again, and ends the session that it replaces', async () => {
    await ada.go('/password')
    await ada.page.getByLabel('Password').fill('not the password')
    await ada.press('Continue')
    expect(await ada.alert()).toContain('not right')
    await picture(ada.page, 'password')
    const before = await sessionId()
    await ada.page.getByLabel('Password').fill(password)
    await ada.press('Continue')
    expect(await ada.heading()).toBe('Login and security')
    expect(await sessionId()).not.toBe(before)
    expect(await ada.section('Where you are signed in').getByRole('listitem').count()).toBe(1)
  })

  it('[URI-10] sets up an authenticator in three steps, by a QR code that another program reads or by a grouped key', async () => {
    await ada.page.getByRole('link', { name: 'Set up an authenticator app' }).click()
    for (const name of ['Aegis', '2FAS', 'Ente Auth', 'Google Authenticator', 'Microsoft Authenticator', 'Bitwarden']) {
      expect(await ada.page.getByRole('main').innerText()).toContain(name)
    }
    await picture(ada.page, 'set-up-1-app')
    const scan = ada.page.waitForResponse((response) => response.request().method() === 'POST')
    await ada.press('Continue')
    expect((await scan).headers()['cache-control']).toBe('no-store')
    await picture(ada.page, 'set-up-2-scan')

    key = await ada.page.locator('#key').innerText()
    expect(key).toMatch(/^(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}$/)
    const uri = new URL(readQr(await ada.page.getByRole('img', { name: /QR code/ }).screenshot()))
    expect(uri.searchParams.get('secret')).toBe(key.replaceAll(' ', ''))
    expect(uri.searchParams.get('issuer')).toBe('Nightlatch Portal')
    await ada.press('Copy the key')
    expect(await ada.page.evaluate(() => navigator.clipboard.readText())).toBe(key)

    await ada.typeCode(wrongCode(1), 'Check')
    expect(await ada.alert()).toMatch(/not right.*9 tries left/s)
    await picture(ada.page, 'set-up-2-wrong')
    app = appWith(key)
    await ada.typeCode(await app.code(), 'Check')
    expect(await ada.heading()).toBe('Two-factor authentication is on')
  })

  it('shows ten backup codes once, to copy, download and print', async () => {
    await picture(ada.page, 'set-up-3-codes')
    codes = await ada.page.locator('#codes code').allInnerTexts()
    expect(codes).toHaveLength(10)
    await ada.press('Copy')
    expect(await ada.page.evaluate(() => navigator.clipboard.readText())).toBe(codes.join('\n'))
    const download = ada.page.waitForEvent('download')
    await ada.press('Download')
    const stream = await (await download).createReadStream()
    const sheet = (await stream.toArray()).join('')
    for (const code of codes) expect(sheet).toContain(code)
    expect(await ada.page.getByRole('button', { name: 'Print' }).isVisible()).toBe(true)

    await ada.press('Done')
    expect(await ada.heading(), 'not before they are said to be saved').toBe('Two-factor authentication is on')
    await ada.saveBackupCodes()
    expect(await ada.section('Backup codes').innerText()).toContain('10 of 10 left')
    await picture(ada.page, 'security-on')
  })

  it('signs in with a pasted code, and refuses the same code again', async () => {
    await ada.signOut()
    await ada.typePassword()
    expect(await ada.heading()).toBe('Enter your code')
    await picture(ada.page, 'code')
    const field = ada.page.getByRole('textbox', { name: 'Code' })
    expect(await field.getAttribute('autocomplete')).toBe('one-time-code')
    const code = await app.code()
    await ada.page.evaluate((text) => navigator.clipboard.writeText(text), `${code.slice(0, 3)} ${code.slice(3)}`)
    await field.press('Control+V')
    await ada.press('Sign in')
    expect(await ada.heading()).toBe('Login and security')

    await ada.signOut()
    await ada.typePassword()
    await ada.typeCode(code, 'Sign in')
    expect(await ada.alert()).toMatch(/used already.*4 tries left/s)
  })

  it('accepts a backup code once in the same field, in lower case and without hyphens', async () => {
    const code = codes[0]!.toLowerCase().replaceAll('-', '')
    await ada.typeCode(code, 'Sign in')
    expect(await ada.section('Backup codes').innerText()).toContain('9 of 10 left')
    await ada.signOut()
    await ada.typePassword()
    await ada.typeCode(codes[0]!, 'Sign in')
    expect(await ada.alert()).toMatch(/used already.*4 tries left/s)
  })

  it('counts the tries down after wrong codes, then makes one wait and says for how long', async () => {
    await ada.typeCode(wrongCode(2), 'Sign in')
    expect(await ada.alert()).toContain('3 tries left')
    await ada.typeCode(wrongCode(3), 'Sign in')
    expect(await ada.alert()).toContain('2 tries left')
    await ada.typeCode(wrongCode(4), 'Sign in')
    await ada.page.getByText(/Next try in \d s/).waitFor()
    expect(await ada.alert()).toContain('1 try left')
    expect(await ada.page.getByRole('button', { name: 'Sign in' }).isDisabled()).toBe(true)
    // A page without the script asks too early: nothing is evaluated, and no try is lost.
    await ada.page.getByRole('textbox', { name: 'Code' }).fill(codes[1]!)
    await ada.page.locator('form[action="/code"]').evaluate((form) => (form as HTMLFormElement).submit())
    await ada.page.getByText('there is a short wait now').waitFor()
    await picture(ada.page, 'code-wait')
    await ada.page.getByText('You can try again now.').waitFor()
    await ada.typeCode(codes[1]!, 'Sign in')
    expect(await ada.heading()).toBe('Login and security')
    expect(await ada.section('Latest logins').innerText()).toContain('4 wrong codes')
  })

  it('ends a sign-in after five wrong codes', async () => {
    const other = await portal.visit(ada.email)
    await other.typePassword()
    for (let n = 1; n <= 3; n++) await other.typeCode(wrongCode(n), 'Sign in')
    await other.typeCode(wrongCode(4), 'Sign in')
    await other.page.getByText('You can try again now.').waitFor()
    await other.typeCode(wrongCode(5), 'Sign in')
    expect(await other.alert()).toContain('Please start again')
    expect(await other.heading()).toBe('Log in')
    await other.context.close()
  })

  it('adds a second authenticator after a step-up, without starting again', async () => {
    await ada.go('/security')
    await ada.page.getByRole('link', { name: 'Add another app' }).click()
    await ada.page.getByLabel('Name for your app').fill('Old tablet')
    await ada.press('Continue')
    expect(await ada.heading()).toBe('Confirm that it is you')
    await picture(ada.page, 'step-up')
    await ada.typeCode(wrongCode(6), 'Continue')
    expect(await ada.alert()).toContain('not right')
    await ada.typeCode(await app.code(), 'Continue')
    expect(await ada.heading()).toBe('Scan the code with your app')
    tabletApp = appWith(await ada.page.locator('#key').innerText())
    await ada.typeCode(await tabletApp.code(), 'Check')
    expect(await ada.told()).toContain('The app is added')
    expect(await ada.section('Authenticator apps').getByRole('listitem').count()).toBe(2)
  })

  it('renames an authenticator', async () => {
    const row = ada.section('Authenticator apps').getByRole('listitem').filter({ hasText: 'Old tablet' })
    await row.getByText('Change').click()
    await picture(ada.page, 'security-app')
    await row.getByLabel('New name').fill('Kitchen <b>tablet</b>')
    await row.getByRole('button', { name: 'Rename' }).click()
    expect(await ada.section('Authenticator apps').innerText()).toContain('Kitchen <b>tablet</b>')
  })

  it('resynchronizes an authenticator whose clock is ten minutes fast', async () => {
    const row = ada.section('Authenticator apps').getByRole('listitem').filter({ hasText: 'tablet' })
    await row.getByText('Change').click()
    await row.getByRole('link', { name: /Resynchronize/ }).click()
    await picture(ada.page, 'resynchronize')
    const [first, second] = tabletApp.pair(600_000)
    await ada.page.getByLabel('First code').fill(first)
    await ada.page.getByLabel('Next code').fill(second)
    await ada.press('Resynchronize')
    await ada.typeCode(codes[2]!, 'Continue')
    expect(await ada.told()).toContain('The codes of the app are accepted again')
  })

  it('removes an authenticator after a step-up', async () => {
    const row = ada.section('Authenticator apps').getByRole('listitem').filter({ hasText: 'tablet' })
    await row.getByText('Change').click()
    await row.getByRole('button', { name: 'Remove this app' }).click()
    await ada.typeCode(codes[3]!, 'Continue')
    expect(await ada.told()).toContain('The app is removed')
    expect(await ada.section('Authenticator apps').getByRole('listitem').count()).toBe(1)
  })

  it('makes new backup codes, and refuses the old ones', async () => {
    await ada.press('Make new codes')
    await ada.typeCode(codes[4]!, 'Continue')
    expect(await ada.heading()).toBe('Your new backup codes')
    const old = codes
    codes = await ada.page.locator('#codes code').allInnerTexts()
    expect(codes.filter((code) => old.includes(code))).toEqual([])
    await ada.go('/security')
    expect(await ada.page.getByRole('main').innerText()).toContain(
      'You have not said yet that your backup codes are saved',
    )
    await ada.signOut()
    await ada.typePassword()
    await ada.typeCode(old[5]!, 'Sign in')
    expect(await ada.alert()).toContain('not right')
    await ada.typeCode(codes[0]!, 'Sign in')
    expect(await ada.heading()).toBe('Login and security')
  })

  it('ends one other session, or all others', async () => {
    const other = await portal.visit(ada.email)
    const enter = async (code: string): Promise<void> => {
      await other.typePassword()
      // Wrong codes of the tests before may still hold this network up.
      const waiting = await other.page.locator('.countdown').count()
      if (waiting > 0) await other.page.getByText('You can try again now.').waitFor()
      await other.typeCode(code, 'Sign in')
      expect(await other.heading()).toBe('Login and security')
      await ada.go('/security')
    }
    await enter(codes[1]!)
    const sessions = ada.section('Where you are signed in')
    await sessions.getByRole('button', { name: 'Sign out', exact: true }).first().click()
    expect(await ada.told()).toContain('That session is signed out')
    await other.go('/security')
    expect(await other.heading()).toBe('Log in')

    await enter(codes[2]!)
    await ada.press('Sign out everywhere else')
    expect(await ada.told()).toContain('Only this browser is signed in')
    await other.go('/history')
    expect(await other.heading()).toBe('Log in')
    await ada.go('/history')
    expect(await ada.heading()).toBe('Login history')
    await other.context.close()
  })

  it('shows every event in a history that passes its check', async () => {
    await ada.go('/history')
    await picture(ada.page, 'history')
    expect(await ada.page.getByRole('main').innerText()).toMatch(/Nothing was changed\. \d+ events checked/)
    const download = ada.page.waitForEvent('download')
    await ada.page.getByRole('link', { name: 'Download CSV' }).click()
    const csv = (await (await (await download).createReadStream()).toArray()).join('')
    expect(csv).toContain('authn_login_success')
    await ada.page.getByRole('link', { name: 'All events' }).click()
    await picture(ada.page, 'events')
    let events = await ada.page.getByRole('main').innerText()
    for (const older = ada.page.getByRole('link', { name: 'Older events' }); (await older.count()) > 0;) {
      await older.click()
      events += await ada.page.getByRole('main').innerText()
    }
    for (const line of [
      'Signed in with password and authenticator app',
      'Signed in with password and backup code',
      'Authenticator app “Phone” added',
      'Authenticator app renamed to “Kitchen <b>tablet</b>”',
      'resynchronized',
      'removed',
      'New set of 10 backup codes',
      'Code used before at sign-in',
      'Wrong code before a change',
      'Signed out everywhere',
      'Wrong password',
    ]) {
      expect(events).toContain(line)
    }
  })

  it('puts the mails about changed factors into the mailbox', async () => {
    await ada.go('/mailbox')
    await picture(ada.page, 'mailbox')
    const subjects = await ada.page.getByRole('main').innerText()
    for (const subject of ['app was added', 'app was removed', 'backup code was used', 'new backup codes']) {
      expect(subjects.toLowerCase()).toContain(subject)
    }
    await ada.page
      .getByRole('link', { name: /app was added/ })
      .last()
      .click()
    expect(await ada.page.frameLocator('iframe').locator('body').innerText()).toContain('Nightlatch Portal')
    await picture(ada.page, 'mail')
  })

  it('[URI-8] asks no other site for anything, and puts the key into no address and no log', () => {
    const requested = portal.visitors.flatMap((visitor) => visitor.requested)
    expect(requested.length).toBeGreaterThan(100)
    expect(requested.filter((url) => !url.startsWith(`${portal.origin}/`))).toEqual([])
    const bare = key.replaceAll(' ', '')
    const spread = requested.join('\n') + portal.printed()
    for (const secret of [bare, key, encodeURIComponent(key), ...codes]) expect(spread).not.toContain(secret)
  })

  it('[URI-9] shows the key on no page after it is confirmed', async () => {
    for (const path of ['/security', '/security/totp', '/history', '/history/events', '/history.csv', '/mailbox']) {
      const response = await ada.page.request.get(portal.origin + path)
      expect(response.status(), path).toBe(200)
      expect((await response.text()).replace(/\s/g, ''), path).not.toContain(key.replaceAll(' ', ''))
    }
    const confirm = await ada.page.request.post(`${portal.origin}/security/totp/confirm`, {
      headers: { Origin: portal.origin },
      form: { code: '000000' },
    })
    expect(await confirm.text()).toContain('This set-up is over')
    await ada.go('/security/totp')
    await ada.press('Continue')
    await ada.typeCode(codes[3]!, 'Continue')
    expect(await ada.page.locator('#key').innerText()).not.toBe(key)
  })

  it('keeps everything over a restart', async () => {
    await portal.stop()
    await portal.start()
    await ada.go('/security')
    expect(await ada.heading()).toBe('Login and security')
    expect(await ada.section('Authenticator apps').getByRole('listitem').count()).toBe(1)
    expect(await ada.section('Backup codes').innerText()).toContain('6 of 10 left')
    await ada.go('/history')
    expect(await ada.page.getByRole('main').innerText()).toContain('Nothing was changed')
    await ada.go('/mailbox')
    expect(await ada.page.getByRole('link', { name: /app was added/ }).count()).toBeGreaterThan(0)
  })

  it('shows which event was removed when somebody changes the history in the file', async () => {
    await portal.stop()
    const file = new Database(`${portal.folder}/portal.db`)
    const event = file.prepare('select n from nightlatch_events order by n limit 1 offset 4').get() as { n: number }
    file.prepare('delete from nightlatch_events where n = ?').run(event.n)
    file.close()
    await portal.start()
    await ada.go('/history')
    expect(await ada.alert()).toContain(`Removed: event ${event.n}`)
    await picture(ada.page, 'history-tampered')
  })

  it('changes the password after a step-up, which signs every other browser out', async () => {
    const other = await portal.visit(ada.email)
    await other.typePassword()
    await other.typeCode(codes[4]!, 'Sign in')
    expect(await other.heading()).toBe('Login and security')
    await ada.go('/security')
    await ada.section('Password').getByRole('button', { name: 'Change password' }).click()
    await ada.typeCode(codes[5]!, 'Continue')
    expect(await ada.heading()).toBe('Change your password')
    await picture(ada.page, 'new-password')
    await ada.page.getByLabel('New password').fill('another horse battery')
    await ada.press('Change password')
    expect(await ada.told()).toContain('Your password is changed')
    await other.go('/security')
    expect(await other.heading()).toBe('Log in')
    await other.typePassword()
    expect(await other.alert()).toContain('wrong')
    await other.context.close()
    // The tests below go on with the password of all visitors.
    await ada.section('Password').getByRole('button', { name: 'Change password' }).click()
    await ada.typeCode(codes[6]!, 'Continue')
    await ada.page.getByLabel('New password').fill(password)
    await ada.press('Change password')
    expect(await ada.told()).toContain('Your password is changed')
  })

  it('switches the backup codes off after a step-up', async () => {
    await ada.go('/security')
    await ada.press('Switch them off')
    await ada.typeCode(await app.code(), 'Continue')
    expect(await ada.told()).toContain('The backup codes are switched off')
    expect(await ada.section('Backup codes').innerText()).toContain('You have no backup codes')
  })

  it('switches two-factor authentication off with a code', async () => {
    await ada.go('/security')
    await ada.page.getByRole('link', { name: 'Switch off' }).click()
    await ada.typeCode(wrongCode(7), 'Switch off')
    expect(await ada.alert()).toContain('not right')
    await picture(ada.page, 'switch-off')
    await ada.typeCode(await app.code(), 'Switch off')
    expect(await ada.told()).toContain('Two-factor authentication is off')
    await ada.signOut()
    await ada.typePassword()
    expect(await ada.heading()).toBe('Login and security')
  })

  it('broke no rule of its content security policy and logged no error in the tests above', () => {
    expect(portal.complaints()).toEqual([])
  })

  it('logs in and sets up an authenticator without scripts', async () => {
    const plain = await portal.visit(ada.email, { scripts: false })
    await plain.typePassword('not the password')
    expect(await plain.page.getByRole('button').allInnerTexts(), 'no button that does nothing').toEqual(['Log in'])
    await plain.typePassword()
    await plain.page.getByRole('link', { name: 'Set up an authenticator app' }).click()
    await plain.press('Continue')
    await plain.typeCode(await appWith(await plain.page.locator('#key').innerText()).code(), 'Check')
    expect(await plain.page.locator('#codes code').count()).toBe(10)
    expect(await plain.page.getByRole('button', { name: 'Copy' }).count(), 'no button that does nothing').toBe(0)
    await plain.context.close()
  })
})

describe.runIf(chromium !== undefined && !tools.includes(undefined))('a portal that requires 2FA of everybody', () => {
  let portal: OpenPortal

  beforeAll(async () => {
    portal = await openPortal({ NIGHTLATCH_REQUIRE_2FA: '1' })
  })

  afterAll(() => portal?.close())

  it('lets an account without 2FA no further than the set-up', async () => {
    const grace = await portal.visit('grace@example.org')
    await grace.go('/')
    await grace.page.getByLabel('Name').fill('Grace Hopper')
    await grace.page.getByLabel('E-mail address').fill(grace.email)
    await grace.page.getByLabel('Password').fill(password)
    await grace.press('Open account')
    await grace.page.getByLabel('E-mail address').fill(grace.email)
    await grace.page.getByLabel('Password').fill(password)
    await grace.press('Log in')
    expect(await grace.heading()).toBe('Set up two-factor authentication')
    await picture(grace.page, 'required')
    await grace.go('/security')
    expect(await grace.heading()).toBe('Log in')

    await grace.go('/security/totp')
    await grace.press('Continue')
    const app = appWith(await grace.page.locator('#key').innerText())
    await grace.page.getByLabel(/Code that the app shows/).fill(await app.code())
    await grace.press('Check')
    await grace.saveBackupCodes()
    expect(await grace.heading()).toBe('Login and security')
    expect(await grace.page.getByText('Required here: it cannot be switched off.').isVisible()).toBe(true)
  })

  it('refuses a form from another site and a request for another host name', async () => {
    const body = 'email=grace%40example.org&password=x'
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
    for (const origin of ['http://evil.example', 'null', undefined]) {
      const sent = { ...headers, ...(origin === undefined ? {} : { Origin: origin }) }
      const response = await fetch(`${portal.origin}/login`, { method: 'POST', headers: sent, body })
      expect(response.status, origin).toBe(403)
    }
    const status = await new Promise((resolve, reject) => {
      const asked = get(portal.origin, { headers: { Host: 'evil.example' } }, (answer) => resolve(answer.statusCode))
      asked.on('error', reject)
    })
    expect(status).toBe(421)
  })
})
