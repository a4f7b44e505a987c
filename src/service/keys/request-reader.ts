import type { TokenKind, TokenPayloads } from '../../core/token/index.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Random } from '../../ports/random.ts'
import type { Tell } from '../loop/reports.ts'
import type { Acting, GrantInput } from './acting.ts'
import { readActing } from './acting.ts'
import type { ClientInfo, OpenedClient } from './client.ts'
import { openClient } from './client.ts'
import type { DeviceCookie } from './device-cookie.ts'
import { deviceCookie } from './device-cookie.ts'
import type { Installation } from './installation.ts'
import { openToken, resealToken, sealToken } from './tokens.ts'

/** Reads the tokens and the sender of a request, and makes the tokens of its answer. */
export interface RequestReader {
  seal<K extends TokenKind>(kind: K, payload: TokenPayloads[K]): string
  /** Null: no token of this kind and realm. */
  open<K extends TokenKind>(kind: K, text: unknown): TokenPayloads[K] | null
  /** The token under the first key of the ring. Null if it is under that key already, or no token of this kind. */
  reseal(kind: TokenKind, text: unknown): string | null
  /** `account`: the account whose known devices count; null for none. */
  client(info: ClientInfo | undefined, account: string | null): OpenedClient
  /** The value of a Set-Cookie header that keeps a device token. */
  setCookie(deviceToken: string): string
  /** Null: signed out. */
  acting(grant: GrantInput, proof?: unknown): Acting | null
}

interface RequestReaderParts {
  readonly installation: Installation
  readonly random: Random
  readonly now: Clock
  readonly sessionMs: number
  readonly cookie: DeviceCookie
  readonly tell: Tell
}

export function createRequestReader(parts: RequestReaderParts): RequestReader {
  const { installation, random, now, sessionMs, cookie } = parts
  const tellOfAddress = createTellOfAddress(parts.tell)
  return {
    seal: (kind, payload) => sealToken(installation, random, kind, payload),
    open: (kind, text) => openToken(installation, kind, text),
    reseal: (kind, text) => resealToken(installation, random, kind, text),
    client(info, account) {
      const client = openClient(installation, info, { now: now(), account, cookieName: cookie.name })
      tellOfAddress(client)
      return client
    },
    setCookie: (token) => deviceCookie(cookie, token),
    acting: (grant, proof) => readActing(installation, { grant, proof }, { now: now(), sessionMs }),
  }
}

const addressFaults = {
  list: 'client.ip is a list of addresses, and none of them is taken: pass the one that your own proxy wrote',
  unreadable: 'client.ip is no address: pass what your server or your own proxy says',
}

/** Tells each fault once. The text leaves out what came: it may be anything. */
function createTellOfAddress(tell: Tell): (client: OpenedClient) => void {
  const told = new Set<string>()
  return ({ addressFault }) => {
    if (addressFault === null || told.has(addressFault)) return
    told.add(addressFault)
    tell('address', addressFaults[addressFault], { subject: addressFault })
  }
}
