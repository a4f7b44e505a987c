import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { httpSmsSender } from 'nightlatch/sms/http'
import type { HttpSmsSenderOptions } from 'nightlatch/sms/http'
import { isNightlatchError } from '../../../src/core/errors.ts'
import { limits } from '../../../src/core/limits.ts'
import { expectHonestEverywhere, hostileValues } from '../hostile-values.ts'
import { sendJson, startGateway } from './gateway.ts'
import type { Gateway } from './gateway.ts'

const sms = {
  to: '+36301234567',
  text: 'Acme: 123456 is your code. {to} & é=ő\n\n@acme.example #123456',
  dedupeKey: 'message-1',
  language: 'en',
}

let gateway: Gateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(async () => {
  await gateway.close()
})

const sender = (options: Partial<HttpSmsSenderOptions> = {}) =>
  httpSmsSender({ url: `${gateway.origin}/send?tenant=1`, body: { phone: '{to}', message: '{text}' }, ...options })

/** Everything that an error can show: its text, its cause, and its printed form. */
async function failureOf(sending: Promise<void>): Promise<string> {
  const error: unknown = await sending.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(isNightlatchError(error)).toBe(true)
  expect(error).toMatchObject({ code: 'NL_SMS_FAILED' })
  return inspect(error, { depth: 9, showHidden: true })
}

describe('what httpSmsSender sends', () => {
  it('is JSON by default, and each placeholder is filled once', async () => {
    gateway.answer((_, response) => response.end())
    await sender().send(sms)
    const request = gateway.requests.at(-1)
    expect(request).toMatchObject({ method: 'POST', path: '/send?tenant=1' })
    expect(request?.headers).toMatchObject({ 'content-type': 'application/json', accept: 'application/json' })
    expect(JSON.parse(request?.body ?? '')).toEqual({ phone: sms.to, message: sms.text })
  })

  it('is a form if the host asks for it, with the headers and method of the host', async () => {
    const body = { nr: '{digits}', msg: '{text}', id: '{dedupeKey}', lang: '{language}', flash: false, ttl: 600 }
    await sender({ format: 'form', method: 'PUT', headers: { 'X-Key': 'k' }, body }).send(sms)
    const request = gateway.requests.at(-1)
    expect(request).toMatchObject({ method: 'PUT', headers: { 'x-key': 'k' } })
    expect(request?.headers['content-type']).toBe('application/x-www-form-urlencoded')
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      nr: '36301234567',
      msg: sms.text,
      id: 'message-1',
      lang: 'en',
      flash: 'false',
      ttl: '600',
    })
  })

  it('may be nested, or made by a function', async () => {
    await sender({ body: { messages: [{ to: ['{to}'], text: '{text}', opt: null }] } }).send(sms)
    expect(JSON.parse(gateway.requests.at(-1)?.body ?? '')).toEqual({
      messages: [{ to: [sms.to], text: sms.text, opt: null }],
    })
    await sender({ body: ({ to, text }) => ({ n: to.length, text }) }).send(sms)
    expect(JSON.parse(gateway.requests.at(-1)?.body ?? '')).toEqual({ n: 12, text: sms.text })
  })

  it('has neither number nor code in its URL', () => {
    for (const { path } of gateway.requests) expect(path).toBe('/send?tenant=1')
    expect(() => sender({ method: 'GET' as 'POST' })).toThrow('method must be POST or PUT')
  })
})

describe('what counts as accepted for httpSmsSender', () => {
  it.each([200, 201, 202, 204])('is any status like %i by default', async (status) => {
    gateway.answer((_, response) => response.writeHead(status).end())
    await sender().send(sms)
  })

  it.each([301, 302, 307, 308, 400, 401, 404, 429, 500, 502, 503])('is not %i', async (status) => {
    const before = gateway.requests.length
    gateway.answer((_, response) => response.writeHead(status, { location: `${gateway.origin}/elsewhere` }).end())
    expect(await failureOf(sender().send(sms))).toContain(`did not accept: status ${status}`)
    expect(gateway.requests.length).toBe(before + 1)
  })

  it.each([
    [{ ok: true, messages: [{ status: '0' }] }, true],
    [{ ok: true, messages: [{ status: 0 }] }, true],
    [{ ok: true, messages: [{ status: '4', 'error-text': 'Bad credentials' }] }, false],
    [{ ok: null, messages: [{ status: '0' }] }, false],
    [{ messages: [{ status: '0' }] }, false],
    [{ ok: true, messages: [] }, false],
    [[], false],
    ['0', false],
    [null, false],
  ])('may be decided by fields: %j is %s', async (json, accepted) => {
    gateway.answer((_, response) => sendJson(response, 200, json))
    const success = { status: [200], fields: [{ path: 'ok' }, { path: 'messages.0.status', oneOf: ['0', 0] }] }
    const sending = sender({ success }).send(sms)
    if (accepted) await sending
    else expect(await failureOf(sending)).toContain('did not accept: status 200')
  })

  it('may be decided by a function, which gets the whole answer', async () => {
    gateway.answer((_, response) => response.end('OK 17'))
    await sender({ success: ({ status, text }) => status === 200 && text.startsWith('OK') }).send(sms)
    await failureOf(sender({ success: ({ json }) => json !== undefined }).send(sms))
    // Only true is true.
    await failureOf(sender({ success: (() => 'yes') as unknown as () => boolean }).send(sms))
  })

  it.each(['', 'garbage', '{"ok":', '\ufeff\0', '{"__proto__":{"ok":true}}', '"ok"'])('is not %j', async (text) => {
    gateway.answer((_, response) => response.end(text))
    await failureOf(sender({ success: { fields: [{ path: 'ok' }] } }).send(sms))
    await failureOf(sender({ success: { fields: [{ path: 'constructor.name' }] } }).send(sms))
  })

  it('is not an answer without end', async () => {
    gateway.answer((_, response) => {
      response.on('error', () => undefined)
      response.write(`{"ok":true,"more":"`)
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(16_384))) continue
      }
      response.on('drain', more)
      more()
    })
    await failureOf(sender({ success: { fields: [{ path: 'ok' }] } }).send(sms))
  })

  it('is not an answer that does not come, or stops, until the timeout', async () => {
    gateway.answer(() => undefined)
    expect(await failureOf(sender({ timeoutMs: 100 }).send(sms))).toContain('TimeoutError')
    gateway.answer((_, response) => response.write('{"ok":'))
    expect(await failureOf(sender({ timeoutMs: 100 }).send(sms))).toContain('TimeoutError')
  })

  it('is not a broken connection', async () => {
    gateway.answer((_, response) => response.destroy())
    expect(await failureOf(sender().send(sms))).toContain('the SMS gateway did not answer')
    await failureOf(sender({ url: 'http://127.0.0.1:1/' }).send(sms))
  })
})

describe('an answer that httpSmsSender takes as final', () => {
  const refused = { status: [400], fields: [{ path: 'error', oneOf: ['no-such-number'] }] }
  const codeAfter = async (status: number, json: unknown, options: Partial<HttpSmsSenderOptions>): Promise<unknown> => {
    gateway.answer((_, response) => sendJson(response, status, json))
    const error: unknown = await sender({ errorCode: 'error', ...options })
      .send(sms)
      .catch((thrown: unknown) => thrown)
    expect(inspect(error)).not.toContain(sms.to)
    return (error as { readonly code?: string } | undefined)?.code
  }

  it('is one that `refused` names by status and field, or by a function', async () => {
    const json = { error: 'no-such-number', detail: `no such number: ${sms.to}` }
    expect(await codeAfter(400, json, { refused })).toBe('NL_SMS_REFUSED')
    expect(await codeAfter(400, json, { refused: ({ status }) => status === 400 })).toBe('NL_SMS_REFUSED')
  })

  it.each<[string, number, unknown]>([
    ['another status', 503, { error: 'no-such-number' }],
    ['another field', 400, { error: 'no-credit' }],
    ['no field', 400, 'no-such-number'],
  ])('is not one with %s, and none at all without `refused`', async (_title, status, json) => {
    expect(await codeAfter(status, json, { refused })).toBe('NL_SMS_FAILED')
    expect(await codeAfter(400, { error: 'no-such-number' }, {})).toBe('NL_SMS_FAILED')
  })

  it('is not one that means accepted, and not one that cannot be judged', async () => {
    expect(await codeAfter(200, {}, { refused: () => true })).toBeUndefined()
    const throwing = (): boolean => {
      throw new Error('x')
    }
    expect(await codeAfter(400, {}, { refused: throwing })).toBe('NL_SMS_FAILED')
  })
})

it('httpSmsSender gives up before the outbox does', () => {
  const most = 15_000
  sender({ timeoutMs: most })
  expect(() => sender({ timeoutMs: most + 1 })).toThrow('timeoutMs')
  expect(most).toBeLessThan(limits.sendMs)
})

describe('the errors of httpSmsSender', () => {
  const secret = 'SECRET-credential'
  const secretive: Partial<HttpSmsSenderOptions> = {
    headers: { authorization: `Bearer ${secret}` },
    errorCode: 'error.code',
  }

  it.each<[string, number, unknown]>([
    ['400', 400, { error: { code: 21211, text: `bad number ${sms.to}, ${secret}` } }],
    ['200', 200, { error: { code: 'invalid_number', text: sms.text } }],
    ['500', 500, `<html>${secret} ${sms.text}</html>`],
  ])('name status and code, and never a credential, a number, the text or the address: %s', async (_, status, json) => {
    gateway.answer((_, response) => sendJson(response, status, json))
    const url = `${gateway.origin}/${secret}`
    const printed = await failureOf(sender({ ...secretive, url, success: { fields: [{ path: 'id' }] } }).send(sms))
    for (const hidden of [secret, '36301234567', '123456', gateway.origin]) expect(printed).not.toContain(hidden)
    if (status < 500) expect(printed).toMatch(/code (?:21211|invalid_number)/)
  })

  it('name none of them when no answer comes or the connection breaks', async () => {
    for (const reply of [() => undefined, 'destroy'] as const) {
      gateway.answer(reply === 'destroy' ? (_, response) => response.destroy() : reply)
      const url = `${gateway.origin}/${secret}`
      const printed = await failureOf(sender({ ...secretive, url, timeoutMs: 100 }).send(sms))
      for (const hidden of [secret, '36301234567', '123456 is']) expect(printed).not.toContain(hidden)
    }
  })

  it.each([`${sms.to}`, 36301234567, 'a b', 'x'.repeat(33), '1234567', true, null, { a: 1 }, -1e9])(
    'do not repeat %j, which is not an error code',
    async (code) => {
      gateway.answer((_, response) => sendJson(response, 400, { code }))
      expect(await failureOf(sender({ errorCode: 'code' }).send(sms))).not.toMatch(/status 400, code/)
    },
  )

  it('have as their cause what a function of the host threw', async () => {
    const thrown = new Error('of the host')
    const throwing = (): never => {
      throw thrown
    }
    gateway.answer((_, response) => response.end())
    await expect(sender({ body: throwing }).send(sms)).rejects.toMatchObject({ code: 'NL_SMS_FAILED', cause: thrown })
    await expect(sender({ success: throwing }).send(sms)).rejects.toMatchObject({
      code: 'NL_SMS_FAILED',
      cause: thrown,
    })
    for (const made of [undefined, null, 'text', 1, { f: () => 1, deep: {} }]) {
      const body = (() => made) as unknown as () => { readonly [name: string]: string }
      await failureOf(sender({ body, format: 'form' }).send(sms))
    }
  })
})

describe('the options of httpSmsSender', () => {
  it.each<[string, Partial<HttpSmsSenderOptions>]>([
    ['url', { url: 'http://sms.acme.example/' }],
    ['url', { url: 'http://127.0.0.1.acme.example/' }],
    ['url', { url: 'ftp://sms.acme.example/' }],
    ['url', { url: '/send' }],
    ['url', { url: 'https://user:pass-word@sms.acme.example/' }],
    ['format', { format: 'xml' as 'json' }],
    ['headers', { headers: { 'x-key': 'pass-word\r\nx: y' } }],
    ['headers', { headers: { 'x key': 'pass-word' } }],
    ['headers', { headers: { 'x-key': undefined as unknown as string } }],
    ['body', { body: { to: '{to}', text: '{txt}{text}' } }],
    ['body', { body: { text: '{text}' } }],
    ['body', { body: { to: '{to}' } }],
    ['body', { body: [] as unknown as { a: '' } }],
    ['body', { format: 'form', body: { to: ['{to}'], text: '{text}' } }],
    ['success', { success: { state: [200] } as object }],
    ['success', { success: { status: 200 } as object }],
    ['success', { success: { fields: ['id'] } as object }],
    ['timeoutMs', { timeoutMs: 99 }],
    ['timeoutMs', { timeoutMs: 15_001 }],
    ['refused', { refused: { state: [400] } as object }],
    ['refused', { refused: null as unknown as object }],
    ['no option', { retries: 3 } as object],
  ])('are checked when the sender is made: the error names %s and not its value', (name, options) => {
    expect(() => sender(options)).toThrow(name)
    expect(() => sender(options)).toThrow(/^(?!.*(?:pass-word|acme\.example))/)
  })

  it('throw only NightlatchErrors for any value', () => {
    const circular: Record<string, unknown> = { to: '{to}', text: '{text}' }
    circular['self'] = circular
    expect(() => sender({ body: circular as { to: '{to}' } })).toThrow('body must be')
    expectHonestEverywhere(httpSmsSender, {
      url: 'https://sms.acme.example/',
      method: 'POST',
      headers: {},
      body: { to: '{to}', text: '{text}' },
      format: 'json',
      success: {},
      refused: {},
      errorCode: 'code',
      timeoutMs: 1000,
    })
  })

  it('do not let a malformed message be sent', async () => {
    const before = gateway.requests.length
    for (const value of hostileValues) {
      await expect(sender().send(value as typeof sms)).rejects.toSatisfy(isNightlatchError)
      for (const key of ['to', 'text', 'dedupeKey', 'language'].filter(() => typeof value !== 'string')) {
        await expect(sender().send({ ...sms, [key]: value })).rejects.toMatchObject({ code: 'NL_ARGUMENT' })
      }
    }
    for (const to of ['0630', '+36 30', '+36301234567\r\nx: y', '36301234567']) {
      await expect(sender().send({ ...sms, to })).rejects.toMatchObject({ code: 'NL_ARGUMENT' })
    }
    expect(gateway.requests.length).toBe(before)
  })
})
