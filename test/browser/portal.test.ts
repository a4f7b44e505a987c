import { get } from 'node:http'
import Database from 'libsql'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requires } from '../require.ts'
import type { Phone } from './authenticator.ts'
import { phoneWith, readQr, wrongCode } from './authenticator.ts'
import type { PortalProcess } from './portal-process.ts'
import { startPortal } from './portal-process.ts'
import { launch, picture } from './screens.ts'

const chromium = requires('chromium')
const tools = [requires('oathtool'), requires('zbarimg')]
const email = 'ada@example.org'
const password = 'correct horse battery'

/** One person's way through the portal: each test goes on where the one before it ended. */
describe.runIf(chromium !== undefined && !tools.includes(undefined))('the portal in a browser', () => {
  let portal: PortalProcess
  let browser: Browser
  let page: Page
  let phone: Phone
  let tablet: Phone
  let key = ''
  let codes: string[] = []
  const requested: string[] = []
  const complaints: string[] = []
  let printedBefore = ''

  beforeAll(async () => {
    portal = await startPortal()
    browser = await launch(chromium!)
    page = (await newBrowser()).page
  })

  afterAll(async () => {
    await browser?.close()
    await portal?.remove()
  })

  async function newBrowser(): Promise<{ context: BrowserContext; page: Page }> {
    const opened = await browser.newContext({ viewport: { width: 1200, height: 800 }, acceptDownloads: true })
    opened.setDefaultTimeout(20_000)
    await opened.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: portal.origin })
    const first = await opened.newPage()
    first.on('request', (request) => requested.push(request.url()))
    first.on('console', (message) => {
      // Refused log-ins are errors to the console, too, and so is an icon that is asked for during a restart.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load')) complaints.push(message.text())
    })
    first.on('response', (response) => {
      if (response.status() === 404 || response.status() >= 500) complaints.push(response.url())
    })
    first.on('pageerror', (error) => complaints.push(error.message))
    return { context: opened, page: first }
  }

  const go = (path: string, on = page): Promise<unknown> => on.goto(portal.origin + path)
  const heading = (on = page): Promise<string> => on.getByRole('heading', { level: 1 }).innerText()
  const press = (name: string, on = page): Promise<void> => on.getByRole('button', { name, exact: true }).click()
  const alert = (on = page): Promise<string> => on.getByRole('alert').innerText()
  const told = (on = page): Promise<string> => on.getByRole('status').first().innerText()
  const section = (name: string | RegExp, on = page): ReturnType<Page['getByRole']> => on.getByRole('region', { name })

  const sessionId = async (): Promise<string | undefined> =>
    (await page.context().cookies()).find(({ name }) => name === 'portal_session')?.value

  async function typePassword(on = page, typed = password): Promise<void> {
    await go('/login', on)
    await on.getByLabel('E-mail address').fill(email)
    await on.getByLabel('Password').fill(typed)
    await press('Log in', on)
  }

  async function typeCode(code: string, button: string, on = page): Promise<void> {
    await on.getByRole('textbox', { name: /code/i }).fill(code)
    await press(button, on)
  }

  async function signOut(): Promise<void> {
    await press('Sign out', page)
    expect(await heading()).toBe('Log in')
  }

  it('opens an account, and does not tell whether an address has one', async () => {
    await go('/')
    await picture(page, 'welcome')
    const register = async (): Promise<string> => {
      await go('/')
      await page.getByLabel('Name').fill('Ada Lovelace')
      await page.getByLabel('E-mail address').fill(email)
      await page.getByLabel('Password').fill(password)
      await press('Open account')
      return told()
    }
    const first = await register()
    expect(await register()).toBe(first)
    await go('/mailbox')
    expect(await page.getByRole('main').innerText()).toContain('You have an account already')
  })

  it('logs in with the password alone while there is no second factor', async () => {
    await typePassword(page, 'not the password')
    expect(await alert()).toContain('wrong')
    expect(await page.getByLabel('E-mail address').inputValue()).toBe(email)
    await picture(page, 'login-wrong')
    await typePassword()
    expect(await heading()).toBe('Login and security')
    await picture(page, 'security-off')
  })

  it('[SES-3] asks for the password again, and ends the session that it replaces', async () => {
    await go('/password')
    await page.getByLabel('Password').fill('not the password')
    await press('Continue')
    expect(await alert()).toContain('not right')
    await picture(page, 'password')
    const before = await sessionId()
    await page.getByLabel('Password').fill(password)
    await press('Continue')
    expect(await heading()).toBe('Login and security')
    expect(await sessionId()).not.toBe(before)
    expect(await section('Where you are signed in').getByRole('listitem').count()).toBe(1)
  })

  it('[URI-10] sets up an app in three steps, by a picture that a foreign reader reads or by a grouped key', async () => {
    await page.getByRole('link', { name: 'Set up an authenticator app' }).click()
    for (const app of ['Aegis', '2FAS', 'Ente Auth', 'Google Authenticator', 'Microsoft Authenticator', 'Bitwarden']) {
      expect(await page.getByRole('main').innerText()).toContain(app)
    }
    await picture(page, 'set-up-1-app')
    const scan = page.waitForResponse((response) => response.request().method() === 'POST')
    await press('Continue')
    expect((await scan).headers()['cache-control']).toBe('no-store')
    await picture(page, 'set-up-2-scan')

    key = await page.locator('#key').innerText()
    expect(key).toMatch(/^(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}$/)
    const uri = new URL(readQr(await page.getByRole('img', { name: /QR code/ }).screenshot()))
    expect(uri.searchParams.get('secret')).toBe(key.replaceAll(' ', ''))
    expect(uri.searchParams.get('issuer')).toBe('Nightlatch Portal')
    await press('Copy the key')
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(key)

    await typeCode(wrongCode(1), 'Check')
    expect(await alert()).toMatch(/not right.*9 tries left/s)
    await picture(page, 'set-up-2-wrong')
    phone = phoneWith(key)
    await typeCode(await phone.code(), 'Check')
    expect(await heading()).toBe('Two-factor authentication is on')
  })

  it('shows ten backup codes once, to copy, download and print', async () => {
    await picture(page, 'set-up-3-codes')
    codes = await page.locator('#codes code').allInnerTexts()
    expect(codes).toHaveLength(10)
    await press('Copy')
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(codes.join('\n'))
    const download = page.waitForEvent('download')
    await press('Download')
    const stream = await (await download).createReadStream()
    const sheet = (await stream.toArray()).join('')
    for (const code of codes) expect(sheet).toContain(code)
    expect(await page.getByRole('button', { name: 'Print' }).isVisible()).toBe(true)

    await press('Done')
    expect(await heading(), 'not before they are said to be saved').toBe('Two-factor authentication is on')
    await page.getByLabel('I have saved my backup codes').check()
    await press('Done')
    expect(await section('Backup codes').innerText()).toContain('10 of 10 left')
    await picture(page, 'security-on')
  })

  it('signs in with a code of the app, pasted, and takes no code twice', async () => {
    await signOut()
    await typePassword()
    expect(await heading()).toBe('Enter your code')
    await picture(page, 'code')
    const field = page.getByRole('textbox', { name: 'Code' })
    expect(await field.getAttribute('autocomplete')).toBe('one-time-code')
    const code = await phone.code()
    await page.evaluate((text) => navigator.clipboard.writeText(text), `${code.slice(0, 3)} ${code.slice(3)}`)
    await field.press('Control+V')
    await press('Sign in')
    expect(await heading()).toBe('Login and security')

    await signOut()
    await typePassword()
    await typeCode(code, 'Sign in')
    expect(await alert()).toMatch(/not right.*4 tries left/s)
  })

  it('signs in with a backup code in the same field, in lower case and without hyphens, once', async () => {
    const code = codes[0]!.toLowerCase().replaceAll('-', '')
    await typeCode(code, 'Sign in')
    expect(await section('Backup codes').innerText()).toContain('9 of 10 left')
    await signOut()
    await typePassword()
    await typeCode(codes[0]!, 'Sign in')
    expect(await alert()).toMatch(/not right.*4 tries left/s)
  })

  it('counts wrong codes down, makes one wait, and says for how long', async () => {
    await typeCode(wrongCode(2), 'Sign in')
    expect(await alert()).toContain('3 tries left')
    await typeCode(wrongCode(3), 'Sign in')
    expect(await alert()).toContain('2 tries left')
    await typeCode(wrongCode(4), 'Sign in')
    await page.getByText(/Next try in \d s/).waitFor()
    expect(await alert()).toContain('1 try left')
    expect(await page.getByRole('button', { name: 'Sign in' }).isDisabled()).toBe(true)
    // A page without the script asks too early: nothing is evaluated, and no try is lost.
    await page.getByRole('textbox', { name: 'Code' }).fill(codes[1]!)
    await page.locator('form[action="/code"]').evaluate((form) => (form as HTMLFormElement).submit())
    await page.getByText('there is a short wait now').waitFor()
    await picture(page, 'code-wait')
    await page.getByText('You can try again now.').waitFor()
    await typeCode(codes[1]!, 'Sign in')
    expect(await heading()).toBe('Login and security')
    expect(await section('Latest logins').innerText()).toContain('4 wrong codes')
  })

  it('ends a sign-in after five wrong codes', async () => {
    const other = await newBrowser()
    await typePassword(other.page)
    for (let n = 1; n <= 3; n++) await typeCode(wrongCode(n), 'Sign in', other.page)
    await typeCode(wrongCode(4), 'Sign in', other.page)
    await other.page.getByText('You can try again now.').waitFor()
    await typeCode(wrongCode(5), 'Sign in', other.page)
    expect(await alert(other.page)).toContain('Please start again')
    expect(await heading(other.page)).toBe('Log in')
    await other.context.close()
  })

  it('adds a second device after a step-up, and goes on with what was begun', async () => {
    await go('/security')
    await page.getByRole('link', { name: 'Add a device' }).click()
    await page.getByLabel('Name of this device').fill('Old tablet')
    await press('Continue')
    expect(await heading()).toBe('Confirm that it is you')
    await picture(page, 'step-up')
    await typeCode(wrongCode(6), 'Continue')
    expect(await alert()).toContain('not right')
    await typeCode(await phone.code(), 'Continue')
    expect(await heading()).toBe('Scan the code with your app')
    tablet = phoneWith(await page.locator('#key').innerText())
    await typeCode(await tablet.code(), 'Check')
    expect(await told()).toContain('The device is added')
    expect(await section('Authenticator apps').getByRole('listitem').count()).toBe(2)
  })

  it('renames a device', async () => {
    const device = section('Authenticator apps').getByRole('listitem').filter({ hasText: 'Old tablet' })
    await device.getByText('Change').click()
    await picture(page, 'security-device')
    await device.getByLabel('New name').fill('Kitchen <b>tablet</b>')
    await device.getByRole('button', { name: 'Rename' }).click()
    expect(await section('Authenticator apps').innerText()).toContain('Kitchen <b>tablet</b>')
  })

  it('resynchronizes a device whose clock is ten minutes fast', async () => {
    const device = section('Authenticator apps').getByRole('listitem').filter({ hasText: 'tablet' })
    await device.getByText('Change').click()
    await device.getByRole('link', { name: /Resynchronize/ }).click()
    await picture(page, 'resynchronize')
    const [first, second] = tablet.pair(600_000)
    await page.getByLabel('First code').fill(first)
    await page.getByLabel('Next code').fill(second)
    await press('Resynchronize')
    await typeCode(codes[2]!, 'Continue')
    expect(await told()).toContain('The device is in step again')
  })

  it('removes a device after a step-up', async () => {
    const device = section('Authenticator apps').getByRole('listitem').filter({ hasText: 'tablet' })
    await device.getByText('Change').click()
    await device.getByRole('button', { name: 'Remove this device' }).click()
    await typeCode(codes[3]!, 'Continue')
    expect(await told()).toContain('The device is removed')
    expect(await section('Authenticator apps').getByRole('listitem').count()).toBe(1)
  })

  it('makes new backup codes, and the old ones are worth nothing', async () => {
    await press('Make new codes')
    await typeCode(codes[4]!, 'Continue')
    expect(await heading()).toBe('Your new backup codes')
    const old = codes
    codes = await page.locator('#codes code').allInnerTexts()
    expect(codes.filter((code) => old.includes(code))).toEqual([])
    await go('/security')
    expect(await page.getByRole('main').innerText()).toContain('You have not said yet that your backup codes are saved')
    await signOut()
    await typePassword()
    await typeCode(old[5]!, 'Sign in')
    expect(await alert()).toContain('not right')
    await typeCode(codes[0]!, 'Sign in')
    expect(await heading()).toBe('Login and security')
  })

  it('ends one other session, or all of them', async () => {
    const other = await newBrowser()
    const enter = async (code: string): Promise<void> => {
      await typePassword(other.page)
      // Wrong codes of the tests before may still hold this network up.
      const waiting = await other.page.locator('.countdown').count()
      if (waiting > 0) await other.page.getByText('You can try again now.').waitFor()
      await typeCode(code, 'Sign in', other.page)
      expect(await heading(other.page)).toBe('Login and security')
      await go('/security')
    }
    await enter(codes[1]!)
    const sessions = section('Where you are signed in')
    await sessions.getByRole('button', { name: 'Sign out', exact: true }).first().click()
    expect(await told()).toContain('That session is signed out')
    await go('/security', other.page)
    expect(await heading(other.page)).toBe('Log in')

    await enter(codes[2]!)
    await press('Sign out everywhere else')
    expect(await told()).toContain('Only this browser is signed in')
    await go('/history', other.page)
    expect(await heading(other.page)).toBe('Log in')
    await go('/history')
    expect(await heading()).toBe('Login history')
    await other.context.close()
  })

  it('tells it all in a history that verifies', async () => {
    await go('/history')
    await picture(page, 'history')
    expect(await page.getByRole('main').innerText()).toMatch(/Nothing was changed\. \d+ events checked/)
    const download = page.waitForEvent('download')
    await page.getByRole('link', { name: 'Download CSV' }).click()
    const csv = (await (await (await download).createReadStream()).toArray()).join('')
    expect(csv).toContain('authn_login_success')
    await page.getByRole('link', { name: 'All events' }).click()
    await picture(page, 'events')
    let events = await page.getByRole('main').innerText()
    for (const older = page.getByRole('link', { name: 'Older events' }); (await older.count()) > 0;) {
      await older.click()
      events += await page.getByRole('main').innerText()
    }
    for (const line of [
      'Signed in with password and authenticator app',
      'Signed in with password and backup code',
      'Authenticator app “Phone” added',
      'Device renamed to “Kitchen <b>tablet</b>”',
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

  it('put every notice into the mailbox', async () => {
    await go('/mailbox')
    await picture(page, 'mailbox')
    const subjects = await page.getByRole('main').innerText()
    for (const subject of ['app was added', 'app was removed', 'backup code was used', 'new backup codes']) {
      expect(subjects.toLowerCase()).toContain(subject)
    }
    await page
      .getByRole('link', { name: /app was added/ })
      .last()
      .click()
    expect(await page.frameLocator('iframe').locator('body').innerText()).toContain('Nightlatch Portal')
    await picture(page, 'mail')
  })

  it('[URI-8] sends the key to nobody, and puts it into no address and no log', () => {
    expect(requested.length).toBeGreaterThan(100)
    expect(requested.filter((url) => !url.startsWith(`${portal.origin}/`))).toEqual([])
    const bare = key.replaceAll(' ', '')
    const spread = requested.join('\n') + portal.printed()
    for (const secret of [bare, key, encodeURIComponent(key), ...codes]) expect(spread).not.toContain(secret)
  })

  it('[URI-9] shows the key to nobody once it is confirmed', async () => {
    for (const path of ['/security', '/security/totp', '/history', '/history/events', '/history.csv', '/mailbox']) {
      const response = await page.request.get(portal.origin + path)
      expect(response.status(), path).toBe(200)
      expect((await response.text()).replace(/\s/g, ''), path).not.toContain(key.replaceAll(' ', ''))
    }
    const confirm = await page.request.post(`${portal.origin}/security/totp/confirm`, {
      headers: { Origin: portal.origin },
      form: { code: '000000' },
    })
    expect(await confirm.text()).toContain('This set-up is over')
    await go('/security/totp')
    await press('Continue')
    await typeCode(codes[3]!, 'Continue')
    expect(await page.locator('#key').innerText()).not.toBe(key)
  })

  it('keeps everything over a restart', async () => {
    printedBefore = portal.printed()
    await portal.stop()
    await portal.start()
    await go('/security')
    expect(await heading()).toBe('Login and security')
    expect(await section('Authenticator apps').getByRole('listitem').count()).toBe(1)
    expect(await section('Backup codes').innerText()).toContain('6 of 10 left')
    await go('/history')
    expect(await page.getByRole('main').innerText()).toContain('Nothing was changed')
    await go('/mailbox')
    expect(await page.getByRole('link', { name: /app was added/ }).count()).toBeGreaterThan(0)
  })

  it('shows it when somebody changes the history in the file', async () => {
    await portal.stop()
    const file = new Database(`${portal.folder}/portal.db`)
    const row = file.prepare('select n from nightlatch_events order by n limit 1 offset 4').get() as { n: number }
    file.prepare('delete from nightlatch_events where n = ?').run(row.n)
    file.close()
    await portal.start()
    await go('/history')
    expect(await alert()).toContain(`Removed: event ${row.n}`)
    await picture(page, 'history-tampered')
  })

  it('switches the backup codes off after a step-up', async () => {
    await go('/security')
    await press('Switch them off')
    await typeCode(await phone.code(), 'Continue')
    expect(await told()).toContain('The backup codes are switched off')
    expect(await section('Backup codes').innerText()).toContain('There is none left')
  })

  it('switches two-factor authentication off with a code', async () => {
    await go('/security')
    await page.getByRole('link', { name: 'Switch off' }).click()
    await typeCode(wrongCode(7), 'Switch off')
    expect(await alert()).toContain('not right')
    await picture(page, 'switch-off')
    await typeCode(await phone.code(), 'Switch off')
    expect(await told()).toContain('Two-factor authentication is off')
    await signOut()
    await typePassword()
    expect(await heading()).toBe('Login and security')
  })

  it('broke no rule of its content security policy, and nothing else', () => {
    expect(complaints).toEqual([])
    expect(printedBefore + portal.printed()).not.toMatch(/error/i)
  })

  it('works without any script', async () => {
    const bare = await browser.newContext({ javaScriptEnabled: false })
    const plain = await bare.newPage()
    await typePassword(plain, 'not the password')
    expect(await plain.getByRole('button').allInnerTexts(), 'no button that does nothing').toEqual(['Log in'])
    await typePassword(plain)
    await plain.getByRole('link', { name: 'Set up an authenticator app' }).click()
    await press('Continue', plain)
    await typeCode(await phoneWith(await plain.locator('#key').innerText()).code(), 'Check', plain)
    expect(await plain.locator('#codes code').count()).toBe(10)
    expect(await plain.getByRole('button', { name: 'Copy' }).count(), 'no button that does nothing').toBe(0)
    await bare.close()
  })
})

describe.runIf(chromium !== undefined && !tools.includes(undefined))('a portal that asks 2FA of everybody', () => {
  let portal: PortalProcess
  let browser: Browser

  beforeAll(async () => {
    portal = await startPortal({ NIGHTLATCH_REQUIRE_2FA: '1' })
    browser = await launch(chromium!)
  })

  afterAll(async () => {
    await browser?.close()
    await portal?.remove()
  })

  it('lets nobody further than the set-up without it', async () => {
    const page = await browser.newPage()
    await page.goto(portal.origin)
    await page.getByLabel('Name').fill('Grace Hopper')
    await page.getByLabel('E-mail address').fill('grace@example.org')
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Open account' }).click()
    await page.getByLabel('E-mail address').fill('grace@example.org')
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Log in' }).click()
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Set up two-factor authentication')
    await picture(page, 'required')
    await page.goto(`${portal.origin}/security`)
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Log in')

    await page.goto(`${portal.origin}/security/totp`)
    await page.getByRole('button', { name: 'Continue' }).click()
    const phone = phoneWith(await page.locator('#key').innerText())
    await page.getByLabel(/Code that the app shows/).fill(await phone.code())
    await page.getByRole('button', { name: 'Check' }).click()
    await page.getByLabel('I have saved my backup codes').check()
    await page.getByRole('button', { name: 'Done' }).click()
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Login and security')
    expect(await page.getByText('Required here: it cannot be switched off.').isVisible()).toBe(true)
  })

  it('takes no form from another site, and answers to no other name', async () => {
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
