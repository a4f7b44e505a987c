import { encodeBase64url, frame, textOf, utf8 } from '../../core/bytes.ts'
import type { DraftMessage } from '../../core/account/record/messages.ts'
import type { Random } from '../../ports/random.ts'
import type { Channel, NewMessage, OutboxMessage, RecordId } from '../../ports/storage.ts'
import type { Installation } from '../keys/installation.ts'
import { nonceLength, openText, sealText } from '../keys/keyring.ts'

/** A message as it is stored: everything but its channel is sealed. */
export function sealMessage(
  { realm, keys, random }: Installation & { readonly random: Random },
  recordId: RecordId,
  { channel, ...body }: DraftMessage,
  dueAt: number,
): NewMessage {
  const messageId = encodeBase64url(random(16))
  const plaintext = utf8(JSON.stringify(body))
  const place = associated(realm, recordId, messageId, channel)
  const sealed = sealText(keys, 'outbox', plaintext, place, random(nonceLength))
  return { messageId, channel, dueAt, body: sealed }
}

/** Null: this realm did not seal it for this record, id and channel. */
export function openMessage(
  { realm, keys }: Installation,
  { recordId, messageId, channel, body }: OutboxMessage,
): DraftMessage | null {
  const bytes = openText(keys, 'outbox', body, associated(realm, recordId, messageId, channel))
  return bytes === null ? null : ({ ...JSON.parse(textOf(bytes)), channel } as DraftMessage)
}

/** Bound to realm, record, message and channel, so that nobody who can write the table redirects a message. */
function associated(realm: string, recordId: RecordId, messageId: string, channel: Channel): Uint8Array {
  return frame('nightlatch/outbox/v1', realm, recordId, messageId, channel)
}
