import { encodeBase64url, frame, textOf, utf8 } from '../../core/bytes.ts'
import type { DraftMessage } from '../../core/account/record/messages.ts'
import type { Random } from '../../ports/random.ts'
import type { NewMessage, OutboxMessage, RecordId } from '../../ports/storage.ts'
import type { Installation } from '../keys/installation.ts'
import { nonceLength, openText, sealText } from '../keys/keyring.ts'

/** What became of a message so far. It is sealed with the message, so that any server can go on. */
export interface Progress {
  /** The addresses that still have to get it. Absent before the first try. */
  readonly left?: readonly string[]
  /** Some address has got it. */
  readonly reached?: boolean
  /** A fact tells of its first failure. */
  readonly told?: boolean
}

export type WaitingMessage = DraftMessage & Progress

type SealParts = Installation & { readonly random: Random }
type Place = Pick<OutboxMessage, 'recordId' | 'messageId' | 'channel'>

/** A message as it is stored: everything but its channel is sealed. */
export function sealMessage(parts: SealParts, recordId: RecordId, message: DraftMessage, dueAt: number): NewMessage {
  const { channel } = message
  const messageId = encodeBase64url(parts.random(16))
  return { messageId, channel, dueAt, body: sealBody(parts, { recordId, messageId, channel }, message) }
}

/** The body of a message, new or with what is left of it. */
export function sealBody(
  { realm, keys, random }: SealParts,
  place: Place,
  { channel: _, ...body }: WaitingMessage,
): string {
  return sealText(keys, 'outbox', utf8(JSON.stringify(body)), associated(realm, place), random(nonceLength))
}

/** Null: this realm did not seal it for this record, id and channel. */
export function openMessage({ realm, keys }: Installation, message: OutboxMessage): WaitingMessage | null {
  const bytes = openText(keys, 'outbox', message.body, associated(realm, message))
  return bytes === null ? null : ({ ...JSON.parse(textOf(bytes)), channel: message.channel } as WaitingMessage)
}

/** Bound to realm, record, message and channel, so that nobody who can write the table redirects a message. */
function associated(realm: string, { recordId, messageId, channel }: Place): Uint8Array {
  return frame('nightlatch/outbox/v1', realm, recordId, messageId, channel)
}
