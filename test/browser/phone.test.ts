import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { wrongCode } from './authenticator.ts'
import type { OpenPortal } from './open-portal.ts'
import { chromium, openPortal } from './open-portal.ts'
import { picture } from './screens.ts'
import type { Visitor } from './visitor.ts'

/** Each test goes on where the one before it ended. */
describe.runIf(chromium !== undefined)('codes by SMS in the portal', () => {
  let portal: OpenPortal
  let ada: Visitor
  let known: readonly string[] = []

  beforeAll(async () => {
    portal = await openPortal()
    ada = await portal.visit('ada@example.org')
    await ada.register()
  })

  afterAll(() => portal?.close())

  async function nextCode(): Promise<string> {
    const code = await ada.newCodeBySms(known)
    known = await ada.codesBySms()
    return code
  }

  it('tells why a number is refused', async () => {
    await ada.page.getByRole('link', { name: 'Add a phone number' }).click()
    await picture(ada.page, 'phone')
    const answerTo = async (number: string): Promise<string> => {
      await ada.page.getByLabel('Mobile number').fill(number)
      await ada.press('Send a code')
      return ada.alert()
    }
    expect(await answerTo('my phone')).toContain('does not look like a telephone number')
    expect(await answerTo('+36 1')).toContain('No country has numbers like that')
    expect(await answerTo('+99 123 456 789')).toContain('No country has numbers like that')
    expect(await answerTo('+48 512 345 678')).toContain('that country')
    expect(await ada.page.getByLabel('Mobile number').inputValue()).toBe('+48 512 345 678')
    await picture(ada.page, 'phone-refused')
  })

  it('[SMS-12] asks for a code by SMS in one numeric field that the message fills', async () => {
    await ada.page.getByLabel('Mobile number').fill('06 30 123 4567')
    await ada.press('Send a code')
    await ada.arrive('Confirm the number')
    const field = ada.page.getByRole('textbox')
    expect(await field.count()).toBe(1)
    const attributes = await Promise.all(['type', 'inputmode', 'autocomplete'].map((name) => field.getAttribute(name)))
    expect(attributes).toEqual(['text', 'numeric', 'one-time-code'])
    expect(await ada.page.getByRole('main').innerText()).not.toContain('1234567')
    const again = ada.page.getByRole('button', { name: 'Send again' })
    await ada.page.getByText(/^in \d+ s$/).waitFor()
    expect(await again.isDisabled()).toBe(true)
    await picture(ada.page, 'phone-code')
  })

  it('adds the number as a factor after its code was typed', async () => {
    const code = await nextCode()
    await ada.typeCode(wrongCode(1), 'Confirm')
    expect(await ada.alert()).toMatch(/not right.*tries left/s)
    await picture(ada.page, 'phone-code-wrong')
    const field = ada.page.getByRole('textbox')
    await ada.page.evaluate((text) => navigator.clipboard.writeText(text), `${code.slice(0, 3)} ${code.slice(3)}`)
    await field.press('Control+V')
    await ada.press('Confirm')
    await ada.arrive('Two-factor authentication is on')
    expect(await ada.saveBackupCodes()).toHaveLength(10)
    expect(await ada.section('Phone number').innerText()).toMatch(/67.*weakest/s)
    expect(await ada.page.getByRole('main').innerText()).not.toContain('1234567')
    await picture(ada.page, 'security-phone')
  })

  it('sends a code at sign-in, sends another one after the countdown, and accepts the last', async () => {
    await ada.signOut()
    await ada.typePassword()
    await ada.arrive('Enter your code')
    await ada.page.getByText(/A code is on its way/).waitFor()
    await picture(ada.page, 'code-sms')
    const first = await nextCode()
    const again = ada.page.getByRole('button', { name: 'Send again' })
    await ada.page.getByText(/^in \d+ s$/).waitFor()
    expect(await again.isDisabled()).toBe(true)
    await ada.page.waitForFunction(() => !document.querySelector<HTMLButtonElement>('#send')!.disabled, undefined, {
      timeout: 40_000,
    })
    await again.click()
    const second = await nextCode()
    if (first !== second) {
      await ada.typeCode(first, 'Sign in')
      expect(await ada.alert(), 'the one before is void').toMatch(/not right.*4 tries left/s)
    }
    await ada.typeCode(second, 'Sign in')
    await ada.arrive('Login and security')
    expect(await ada.section('Where you are signed in').innerText()).toContain('password and code by SMS')
  })

  it('tells why no code was sent', async () => {
    await ada.signOut()
    await ada.typePassword()
    await ada.newCodeBySms(known)
    known = await ada.codesBySms()
    await ada.typePassword()
    expect(await ada.page.getByRole('main').innerText()).toContain('No code was sent')
    await picture(ada.page, 'code-sms-held')
  })

  it('asks for a backup code in a field that takes letters', async () => {
    await ada.page.getByRole('link', { name: 'Use a backup code' }).click()
    const field = ada.page.getByRole('textbox', { name: 'Backup code' })
    expect(await field.getAttribute('inputmode'), 'letters are in it').toBe('text')
    await picture(ada.page, 'code-backup')
    await ada.page.getByRole('link', { name: 'Use another way' }).click()
    await ada.arrive('Enter your code')
  })

  it('broke no rule of its content security policy and logged no error in the tests above', () => {
    expect(portal.complaints()).toEqual([])
  })
})

describe.runIf(chromium !== undefined)('a phone number in the portal', () => {
  let portal: OpenPortal
  let ada: Visitor

  beforeAll(async () => {
    portal = await openPortal()
    ada = await portal.visit('ada@example.org')
    await ada.register()
  })

  afterAll(() => portal?.close())

  it('waits for its code while the gateway is down, and gets it when that is up again', async () => {
    await ada.go('/mailbox')
    await ada.press('Take it down')
    expect(await ada.section('Messages').innerText()).toContain('Gateway is down')
    await ada.go('/security/phone')
    await ada.page.getByLabel('Mobile number').fill('+36 30 765 4321')
    await ada.press('Send a code')
    await ada.page.getByText(/A code is on its way/).waitFor()
    await ada.go('/mailbox')
    expect(await ada.codesBySms()).toEqual([])
    await picture(ada.page, 'mailbox-down')
    await ada.press('Bring it up')
    const code = await ada.newCodeBySms([])
    await ada.go('/mailbox')
    await picture(ada.page, 'mailbox-texts')
    await ada.go('/security/phone/code')
    await ada.typeCode(code, 'Confirm')
    expect(await ada.heading()).toBe('Two-factor authentication is on')
  })

  it('is changed after a code to the old number', async () => {
    const before = await ada.codesBySms()
    await ada.go('/security')
    await ada.section('Phone number').getByText('Change', { exact: true }).click()
    await ada.page.getByRole('link', { name: 'Use another number' }).click()
    expect(await ada.heading()).toBe('Change the number')
    await ada.page.getByLabel('Mobile number').fill('+36 20 111 2299')
    await ada.press('Send a code')
    expect(await ada.page.getByRole('main').innerText()).toContain('set the phone number')
    await ada.press('Send a code by SMS')
    await ada.page.getByText(/A code is on its way/).waitFor()
    const proof = await ada.newCodeBySms(before)
    await ada.typeCode(proof, 'Continue')
    expect(await ada.heading()).toBe('Confirm the number')
    await ada.typeCode(await ada.newCodeBySms([proof]), 'Confirm')
    expect(await ada.told()).toContain('The number is confirmed')
    expect(await ada.section('Phone number').innerText()).toContain('99')
  })

  it('is removed after a code, and 2FA is off because it was the last factor', async () => {
    const before = await ada.codesBySms()
    await ada.section('Phone number').getByText('Change', { exact: true }).click()
    await ada.section('Phone number').getByRole('button', { name: 'Remove this number' }).click()
    expect(await ada.heading()).toBe('Confirm that it is you')
    await ada.press('Send a code by SMS')
    await ada.page.getByText(/A code is on its way/).waitFor()
    await picture(ada.page, 'step-up-sms')
    await ada.typeCode(await ada.newCodeBySms(before), 'Continue')
    expect(await ada.told()).toContain('The number is removed. It was the last factor')
    expect(await ada.section('Two-factor authentication').innerText()).toContain('Off')
  })
})
