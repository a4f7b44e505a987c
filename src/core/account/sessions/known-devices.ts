import { limits } from '../../limits.ts'
import { isMarkOf } from '../../record/mark.ts'
import { cleanText } from '../../text.ts'
import type { Client, Context } from '../record/context.ts'
import { newId } from '../record/ids.ts'
import type { AccountState, KnownDevice } from '../record/state.ts'

/** The known device of a request, if this record gave out its token for the account and lists it. */
export function knownDeviceOf(state: AccountState, client: Client): KnownDevice | null {
  if (client.deviceMark === null || !isMarkOf(state.record, client.deviceMark)) return null
  return state.knownDevices.find((device) => device.id === client.deviceId) ?? null
}

/** The id under which a completed sign-in makes the browser a known device. */
export function deviceIdOf(state: AccountState, client: Client, { entropy }: Pick<Context, 'entropy'>): string {
  return knownDeviceOf(state, client)?.id ?? newId(entropy, 'device')
}

/**
 * Makes the browser of a completed sign-in a known device. One that the record does not list gets a fresh id: somebody
 * may have a copy of its token, and the copy must not become known again with it [SES-10].
 */
export function rememberDevice(
  state: AccountState,
  client: Client,
  { entropy, now }: Context,
): { readonly state: AccountState; readonly deviceId: string } {
  const before = knownDeviceOf(state, client)
  const deviceId = deviceIdOf(state, client, { entropy })
  const device: KnownDevice = {
    id: deviceId,
    firstAt: before?.firstAt ?? now,
    lastAt: now,
    userAgent: shortUserAgent(client),
    emptiedAt: before?.emptiedAt ?? null,
    trust: before?.trust ?? null,
  }
  const others = state.knownDevices.filter((entry) => entry.id !== deviceId)
  const kept = [...others].sort((a, b) => a.lastAt - b.lastAt).slice(-(limits.knownDevices - 1))
  return { state: { ...state, knownDevices: [...kept, device] }, deviceId }
}

/** The user agent of a browser, short enough for a record that lists many. */
export function shortUserAgent({ userAgent }: Client): string | null {
  if (userAgent === null) return null
  const length = limits.sessionUserAgentLength
  const cut = cleanText(userAgent, length)
  // Quotes and emoji take two units each of the stored text. No real browser's name consists of them.
  return JSON.stringify(cut).length > length + 2 ? cleanText(userAgent, length / 2) : cut
}
