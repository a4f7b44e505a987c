import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { httpSmsSender, twilio, vonage } from 'nightlatch/sms/http'
import type { TwilioOptions, VonageOptions } from 'nightlatch/sms/http'
import { expectHonestEverywhere } from '../hostile-values.ts'
import { sendJson, startGateway, twilioReply, vonageReply } from './gateway.ts'
import type { Gateway } from './gateway.ts'

const sms = { to: '+36301234567', text: 'Ácme: 123456 & é=ő\n\n@acme.example #123456', dedupeKey: 'm', language: 'en' }
const sid = (prefix: string): string => prefix + '0123456789abcdef'.repeat(2)
const accountSid = sid('AC')

let gateway: Gateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(async () => {
  await gateway.close()
})

const viaTwilio = (options: Partial<TwilioOptions> = {}) =>
  httpSmsSender(twilio({ accountSid, authToken: 'token', from: '+15005550006', origin: gateway.origin, ...options }))
const viaVonage = (options: Partial<VonageOptions> = {}) =>
  httpSmsSender(
    vonage({ apiKey: 'abcd1234', apiSecret: 'secret', from: '+36301112222', origin: gateway.origin, ...options }),
  )

describe('twilio', () => {
  it('sends a form that the Messages resource accepts', async () => {
    gateway.answer(twilioReply(accountSid, 'token'))
    await viaTwilio().send(sms)
    const request = gateway.requests.at(-1)
    expect(request?.path).toBe(`/2010-04-01/Accounts/${accountSid}/Messages.json`)
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      To: '+36301234567',
      From: '+15005550006',
      Body: sms.text,
      ValidityPeriod: '600',
    })
  })

  it('sends through a messaging service, with an API key', async () => {
    gateway.answer(twilioReply(sid('SK'), 'secret'))
    await httpSmsSender(
      twilio({
        accountSid,
        apiKey: { sid: sid('SK'), secret: 'secret' },
        messagingServiceSid: sid('MG'),
        origin: gateway.origin,
      }),
    ).send(sms)
    const form = new URLSearchParams(gateway.requests.at(-1)?.body)
    expect(form.get('MessagingServiceSid')).toBe(sid('MG'))
    expect(form.has('From')).toBe(false)
  })

  it('names the code of a refusal by Twilio, without the number that Twilio quotes', async () => {
    gateway.answer(twilioReply(accountSid, 'another'))
    await expect(viaTwilio().send(sms)).rejects.toThrow(/status 401, code 20003$/)
    gateway.answer(twilioReply(accountSid, 'token'))
    const error: unknown = await viaTwilio()
      .send({ ...sms, to: '+123456' })
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: 'NL_SMS_REFUSED',
      message: expect.stringMatching(/status 400, code 21211$/) as string,
    })
    expect(inspect(error, { depth: 9 })).not.toMatch(/123456|token/)
  })

  it.each([
    [400, 21211, 'NL_SMS_REFUSED'],
    [400, 21610, 'NL_SMS_REFUSED'],
    [400, 21614, 'NL_SMS_REFUSED'],
    [400, 21408, 'NL_SMS_FAILED'],
    [400, 21603, 'NL_SMS_FAILED'],
    [400, 21612, 'NL_SMS_FAILED'],
    [401, 20003, 'NL_SMS_FAILED'],
    [429, 20429, 'NL_SMS_FAILED'],
    [500, 21211, 'NL_SMS_FAILED'],
  ])('takes status %i with code %i as %s: final only if it is about the number', async (status, number, code) => {
    gateway.answer((_, response) => sendJson(response, status, { code: number, message: 'x', status }))
    await expect(viaTwilio().send(sms)).rejects.toMatchObject({ code })
  })

  it.each([200, 202, 301, 429, 500, 503])('counts only 201 with a sid as accepted, not %i', async (status) => {
    gateway.answer((_, response) => sendJson(response, status, { sid: 'SM1', status: 'queued' }))
    await expect(viaTwilio().send(sms)).rejects.toMatchObject({ code: 'NL_SMS_FAILED' })
    gateway.answer((_, response) => sendJson(response, 201, { status }))
    await expect(viaTwilio().send(sms)).rejects.toMatchObject({ code: 'NL_SMS_FAILED' })
  })

  it.each<[string, object]>([
    ['accountSid', { accountSid: 'AC1' }],
    ['accountSid', { accountSid: `${accountSid}/../x` }],
    ['either authToken or apiKey', { authToken: undefined }],
    ['either authToken or apiKey', { apiKey: { sid: sid('SK'), secret: 's' } }],
    ['apiKey.sid', { authToken: undefined, apiKey: { sid: 'SK', secret: 's' } }],
    ['authToken', { authToken: '' }],
    ['authToken', { authToken: 'hid\nden' }],
    ['either from or messagingServiceSid', { from: undefined }],
    ['messagingServiceSid', { from: undefined, messagingServiceSid: 'MG' }],
    ['origin', { origin: 'https://api.twilio.com/v2' }],
    ['no option', { sender: 'x' }],
  ])('checks its options: %s', (name, options) => {
    expect(() => viaTwilio(options)).toThrow(name)
    expect(() => viaTwilio(options)).toThrow(/^(?!.*hid)/)
  })
})

describe('vonage', () => {
  it('sends JSON that the Messages API accepts, with numbers without a plus', async () => {
    gateway.answer(vonageReply('abcd1234', 'secret'))
    await viaVonage().send(sms)
    expect(JSON.parse(gateway.requests.at(-1)?.body ?? '')).toEqual({
      message_type: 'text',
      channel: 'sms',
      from: '36301112222',
      to: '36301234567',
      text: sms.text,
    })
    await viaVonage({ from: 'Acme' }).send(sms)
    expect(JSON.parse(gateway.requests.at(-1)?.body ?? '')).toMatchObject({ from: 'Acme' })
  })

  it('names the status of a refusal by Vonage', async () => {
    gateway.answer(vonageReply('abcd1234', 'another'))
    await expect(viaVonage().send(sms)).rejects.toThrow(/status 401$/)
    gateway.answer(vonageReply('abcd1234', 'secret'))
    await expect(viaVonage().send({ ...sms, to: '+123456' })).rejects.toThrow(/status 422$/)
  })

  it.each([401, 402, 403, 422, 429])('takes no answer as final, also not %i', async (status) => {
    gateway.answer((_, response) => sendJson(response, status, { title: 'x', detail: 'x' }))
    await expect(viaVonage().send(sms)).rejects.toMatchObject({ code: 'NL_SMS_FAILED' })
  })

  it.each([200, 201, 402, 429, 500])('counts only 202 with a message_uuid as accepted, not %i', async (status) => {
    gateway.answer((_, response) => sendJson(response, status, { message_uuid: 'u' }))
    await expect(viaVonage().send(sms)).rejects.toMatchObject({ code: 'NL_SMS_FAILED' })
    gateway.answer((_, response) => sendJson(response, 202, { status }))
    await expect(viaVonage().send(sms)).rejects.toMatchObject({ code: 'NL_SMS_FAILED' })
  })

  it.each<[string, object]>([
    ['apiKey', { apiKey: 'a:b' }],
    ['apiSecret', { apiSecret: 'sécret' }],
    ['from', { from: '' }],
    ['origin', { origin: 'api.nexmo.com' }],
    ['no option', { to: '+1' }],
  ])('checks its options: %s', (name, options) => {
    expect(() => viaVonage({ ...options })).toThrow(name)
  })
})

it('the presets throw only NightlatchErrors', () => {
  expectHonestEverywhere(twilio, { accountSid, authToken: 't', from: '+15005550006', origin: 'https://api.twilio.com' })
  expectHonestEverywhere(vonage, { apiKey: 'k', apiSecret: 's', from: 'Acme', origin: 'https://api.nexmo.com' })
})
