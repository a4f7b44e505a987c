import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import type { PortalProcess } from './portal-process.ts'

export const password = 'correct horse battery'

export interface VisitOptions {
  /** Default: the browser runs scripts. */
  readonly scripts?: boolean
}

/** Somebody who uses the portal in a browser of their own. */
export interface Visitor {
  readonly page: Page
  readonly context: BrowserContext
  readonly email: string
  /** What the console and the server complained of. */
  readonly complaints: readonly string[]
  /** The addresses that the browser asked for. */
  readonly requested: readonly string[]
  go(path: string): Promise<unknown>
  press(name: string): Promise<void>
  heading(): Promise<string>
  /** Waits for the page with this heading. */
  arrive(heading: string): Promise<void>
  alert(): Promise<string>
  told(): Promise<string>
  section(name: string): Locator
  register(): Promise<void>
  typePassword(typed?: string): Promise<void>
  typeCode(code: string, button: string): Promise<void>
  signOut(): Promise<void>
  /** Adds a number and types the code that comes to it. */
  addNumber(number?: string): Promise<void>
  /** Says that the backup codes are saved, and goes on; the codes that the page showed. */
  saveBackupCodes(): Promise<readonly string[]>
  /** Codes that arrived by SMS, newest first. */
  codesBySms(): Promise<readonly string[]>
  /** The code of a message that is not among those. */
  newCodeBySms(before: readonly string[]): Promise<string>
}

export async function visit(
  browser: Browser,
  portal: PortalProcess,
  email: string,
  { scripts = true }: VisitOptions = {},
): Promise<Visitor> {
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, javaScriptEnabled: scripts })
  context.setDefaultTimeout(20_000)
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: portal.origin })
  const page = await context.newPage()
  const complaints: string[] = []
  const requested: string[] = []
  page.on('request', (request) => requested.push(request.url()))
  page.on('console', (message) => {
    // Refused log-ins are errors to the console, too, and so is an icon that is asked for during a restart.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load')) complaints.push(message.text())
  })
  page.on('response', (response) => {
    if (response.status() === 404 || response.status() >= 500) complaints.push(response.url())
  })
  page.on('pageerror', (error) => complaints.push(error.message))

  const visitor: Visitor = {
    page,
    context,
    email,
    complaints,
    requested,
    go: (path) => page.goto(portal.origin + path),
    press: (name) => page.getByRole('button', { name, exact: true }).click(),
    heading: () => page.getByRole('heading', { level: 1 }).innerText(),
    arrive: (name) => page.getByRole('heading', { level: 1, name }).waitFor(),
    alert: () => page.getByRole('alert').innerText(),
    told: () => page.getByRole('status').first().innerText(),
    section: (name) => page.getByRole('region', { name }),
    async register() {
      await visitor.go('/')
      await page.getByLabel('Name').fill(email.split('@')[0]!)
      await page.getByLabel('E-mail address').fill(email)
      await page.getByLabel('Password').fill(password)
      await visitor.press('Open account')
      await visitor.typePassword()
    },
    async typePassword(typed = password) {
      await visitor.go('/login')
      await page.getByLabel('E-mail address').fill(email)
      await page.getByLabel('Password').fill(typed)
      await visitor.press('Log in')
    },
    async typeCode(code, button) {
      await page.getByRole('textbox', { name: /code/i }).fill(code)
      await visitor.press(button)
    },
    async signOut() {
      await visitor.press('Sign out')
      await page.getByRole('heading', { name: 'Log in' }).waitFor()
    },
    async addNumber(number = '+36 30 123 4567') {
      await page.getByRole('link', { name: 'Add a phone number' }).click()
      await page.getByLabel('Mobile number').fill(number)
      await visitor.press('Send a code')
      await visitor.typeCode(await visitor.newCodeBySms([]), 'Confirm')
    },
    async saveBackupCodes() {
      await page.getByLabel('I have saved my backup codes').check()
      const codes = await page.locator('#codes code').allInnerTexts()
      await visitor.press('Done')
      return codes
    },
    async codesBySms() {
      const answer = await page.request.get(`${portal.origin}/mailbox`)
      const texts = (await answer.text()).split('class="texts"')[1] ?? ''
      return [...texts.matchAll(/<p>\D*(\d{6})/g)].map(([, code]) => code!)
    },
    async newCodeBySms(before) {
      for (;;) {
        const [newest] = await visitor.codesBySms()
        if (newest !== undefined && newest !== before[0]) return newest
        await page.waitForTimeout(100)
      }
    },
  }
  return visitor
}

/** An authenticator that the browser simulates. */
export interface VirtualAuthenticator {
  /** Whether somebody touches it when it asks. */
  setPresent(isPresent: boolean): Promise<void>
  /** Whether it verifies its user. */
  setVerified(isVerified: boolean): Promise<void>
  count(): Promise<number>
  clear(): Promise<void>
}

export async function giveAuthenticator(
  { context, page }: Visitor,
  { transport = 'internal', synced = false }: { transport?: 'internal' | 'usb'; synced?: boolean } = {},
): Promise<VirtualAuthenticator> {
  const cdp = await context.newCDPSession(page)
  await cdp.send('WebAuthn.enable', { enableUI: false })
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport,
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      defaultBackupEligibility: synced,
      defaultBackupState: synced,
    },
  })
  return {
    async setPresent(enabled) {
      await cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled })
    },
    async setVerified(isUserVerified) {
      await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified })
    },
    async count() {
      const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId })
      return credentials.length
    },
    async clear() {
      await cdp.send('WebAuthn.clearCredentials', { authenticatorId })
    },
  }
}
