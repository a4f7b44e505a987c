import { encodeBase64url, frame, textOf, utf8 } from '../../core/bytes.ts'
import type { DraftMessage } from '../../core/account/record/messages.ts'
import type { Random } from '../../ports/random.ts'
import type { Channel, NewMessage, OutboxMessage, RecordId } from '../../ports/storage.ts'
import type { Keyring } from '../keys/keyring.ts'
import { nonceLength, openText, sealText } from '../keys/keyring.ts'

/** A message as it is stored: everything but its channel is sealed. */
export function sealMessage(
  { keys, random }: { readonly keys: Keyring; readonly random: Random },
  recordId: RecordId,
  { channel, ...body }: DraftMessage,
  dueAt: number,
): NewMessage {
  const messageId = encodeBase64url(random(16))
  const plaintext = utf8(JSON.stringify(body))
  const sealed = sealText(keys, 'outbox', plaintext, associated(recordId, messageId, channel), random(nonceLength))
  return { messageId, channel, dueAt, body: sealed }
}

/** Null: this key ring did not seal it for this record, id and channel. */
export function openMessage(keys: Keyring, { recordId, messageId, channel, body }: OutboxMessage): DraftMessage | null {
  const bytes = openText(keys, 'outbox', body, associated(recordId, messageId, channel))
  return bytes === null ? null : ({ ...JSON.parse(textOf(bytes)), channel } as DraftMessage)
}

/** Bound to record, message and channel, so that nobody who can write the table redirects a message. */
function associated(recordId: RecordId, messageId: string, channel: Channel): Uint8Array {
  return frame('nightlatch/outbox/v1', recordId, messageId, channel)
}
