import { createServer } from 'node:http'
import type { IncomingHttpHeaders, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface GatewayRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Gateway {
  readonly origin: string
  readonly requests: readonly GatewayRequest[]
  /** What every request is answered with from now on. */
  answer(reply: (request: GatewayRequest, response: ServerResponse) => void): void
  close(): Promise<void>
}

/** A server on this machine that stands in for a gateway and keeps what it was sent. */
export async function startGateway(): Promise<Gateway> {
  const requests: GatewayRequest[] = []
  let reply: (request: GatewayRequest, response: ServerResponse) => void = (_, response) => response.end()
  const server: Server = createServer((incoming, response) => {
    const parts: Buffer[] = []
    incoming.on('data', (part: Buffer) => parts.push(part))
    incoming.on('end', () => {
      const { method = '', url = '', headers } = incoming
      const request = { method, path: url, headers, body: Buffer.concat(parts).toString('utf8') }
      requests.push(request)
      reply(request, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answer(next) {
      reply = next
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export function sendJson(response: ServerResponse, status: number, json: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(json))
}

/** As Twilio documents its Messages resource: 201 with the message, errors with code, message, more_info and status. */
export function twilioReply(user: string, password: string) {
  return ({ method, path, headers, body }: GatewayRequest, response: ServerResponse): void => {
    const fail = (status: number, code: number, message: string): void =>
      sendJson(response, status, { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status })
    const account = /^\/2010-04-01\/Accounts\/(AC[\da-f]{32})\/Messages\.json$/.exec(path)?.[1]
    if (method !== 'POST' || account === undefined) return fail(404, 20404, 'The requested resource was not found')
    if (headers.authorization !== `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`) {
      return fail(401, 20003, 'Authenticate')
    }
    const form = new URLSearchParams(body)
    const to = form.get('To') ?? ''
    if (!headers['content-type']?.startsWith('application/x-www-form-urlencoded') || form.get('Body') === null) {
      return fail(400, 21602, 'Message body is required.')
    }
    if (!/^\+[1-9]\d{6,14}$/.test(to)) return fail(400, 21211, `The 'To' number ${to} is not a valid phone number.`)
    if (form.get('From') === null && form.get('MessagingServiceSid') === null) {
      return fail(400, 21603, "A 'From' phone number is required.")
    }
    sendJson(response, 201, {
      sid: 'SM00000000000000000000000000000001',
      account_sid: account,
      to,
      from: form.get('From'),
      messaging_service_sid: form.get('MessagingServiceSid'),
      body: form.get('Body'),
      status: 'queued',
      num_segments: '1',
      direction: 'outbound-api',
      price: null,
      error_code: null,
      error_message: null,
    })
  }
}

/** As Vonage documents version 1 of its Messages API: 202 with message_uuid, errors as RFC 7807 problems. */
export function vonageReply(user: string, password: string) {
  return ({ method, path, headers, body }: GatewayRequest, response: ServerResponse): void => {
    const fail = (status: number, title: string, detail: string): void =>
      sendJson(response, status, { type: 'https://developer.vonage.com/api-errors', title, detail, instance: 'trace' })
    if (method !== 'POST' || path !== '/v1/messages') return fail(404, 'Not found', 'The resource was not found.')
    if (headers.authorization !== `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`) {
      return fail(401, 'Unauthorized', 'You did not provide correct credentials.')
    }
    const sent = JSON.parse(body) as Record<string, unknown>
    const isSms = sent['message_type'] === 'text' && sent['channel'] === 'sms' && typeof sent['text'] === 'string'
    if (headers['content-type'] !== 'application/json' || !isSms || !/^\d{7,15}$/.test(String(sent['to']))) {
      return fail(422, 'Your request parameters did not validate.', 'See invalid_parameters.')
    }
    sendJson(response, 202, { message_uuid: 'aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab' })
  }
}
