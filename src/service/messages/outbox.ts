import { requireInteger, requireObject } from '../../core/arguments.ts'
import { encodeBase64url, frame, textOf, utf8 } from '../../core/bytes.ts'
import type { DraftMessage } from '../../core/account/record/messages.ts'
import type { SmsOrder } from '../../core/account/sms/order.ts'
import { limits } from '../../core/limits.ts'
import type { MailTemplate } from '../../core/mail/index.ts'
import { loadLanguage } from '../../languages/index.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Mailer } from '../../ports/mailer.ts'
import type { Random } from '../../ports/random.ts'
import type { SmsSender } from '../../ports/sms.ts'
import type { NewMessage, OutboxMessage, RecordId, Storage } from '../../ports/storage.ts'
import { accountIdOf } from '../keys/account-id.ts'
import type { Describe } from './describe.ts'
import { describeAccount } from './describe.ts'
import type { Facts } from '../loop/facts.ts'
import type { Keyring } from '../keys/keyring.ts'
import { holdsKeyOf, nonceLength, openText, sealText } from '../keys/keyring.ts'

interface OutboxParts {
  readonly storage: Storage
  readonly keys: Keyring
  readonly random: Random
  readonly now: Clock
  readonly mailer: Mailer
  /** Null: codes that were queued under another configuration are dropped. */
  readonly sms: { readonly sender: SmsSender; readonly domain?: string | undefined } | null
  readonly describe: Describe
  readonly appName: string
  readonly contact: string
  readonly facts: Facts
}

/** What is sealed of a message: its channel is told by what is in it, and bound to it by the seal. */
type MessageBody =
  | { readonly template: MailTemplate; readonly expiresAt: number }
  | { readonly sms: SmsOrder; readonly expiresAt: number }

export interface SweepResult {
  readonly sent: number
  readonly dead: number
  readonly retried: number
}

export interface Outbox {
  seal(recordId: RecordId, messages: readonly DraftMessage[], now: number): readonly NewMessage[]
  /** Sends what this process just committed, without being waited for. */
  dispatch(recordId: RecordId, messages: readonly NewMessage[], leaseToken: string): void
  /** Takes what is due and sends it. */
  sweep(options?: { readonly limit?: number }): Promise<SweepResult>
  /** Resolves when everything dispatched by this process so far is settled. */
  idle(): Promise<void>
  start(everyMs: number): void
  stop(): void
}

type Settled = 'sent' | 'dead' | 'retried'

/** At least once: a message whose settling is lost may be sent again, under the same dedupe key. */
export function createOutbox(parts: OutboxParts): Outbox {
  const { storage, keys, random, now, facts } = parts
  const running = new Set<Promise<unknown>>()
  const accepted = new Map<string, Set<string>>()
  let timer: ReturnType<typeof setInterval> | null = null

  const deliver = async (message: OutboxMessage, leaseToken: string): Promise<Settled> => {
    const { recordId, messageId, channel } = message
    const settle = async (outcome: 'sent' | 'dead' | { retryAt: number }): Promise<void> => {
      if (typeof outcome === 'string') accepted.delete(messageId)
      await storage.settleMessage({ recordId, messageId, leaseToken, outcome })
    }
    const retry = async (): Promise<Settled> => {
      await settle({ retryAt: now() + retryDelay(message.attempts) })
      return 'retried'
    }
    const die = async (reason: string): Promise<Settled> => {
      const values = { channel, message: messageId, reason }
      // The fact first: a storage that fails between the two makes it twice rather than never.
      await facts.record(recordId, [{ type: 'message_dead', values }], { actor: 'system', call: messageId }, now())
      await settle('dead')
      return 'dead'
    }
    const enclosed = openMessage(keys, message)
    if (enclosed === null) {
      // While keys are rotated, another server may hold the key already.
      const early = !holdsKeyOf(keys, message.body) && message.attempts < limits.unknownKeyTries
      return early ? retry() : die('unreadable')
    }
    if (enclosed.expiresAt <= now()) return die('expired')
    let sent: number
    try {
      sent =
        'sms' in enclosed
          ? await sendSms(parts, message, enclosed.sms)
          : await sendMails(parts, message, enclosed.template, acceptedOf(accepted, messageId))
    } catch {
      return retry()
    }
    if (sent === 0) return die(channel === 'sms' ? 'no-sender' : 'no-verified-address')
    await settle('sent')
    return 'sent'
  }

  /** Whatever fails here leaves the message leased: the sweeper takes it when the lease is over. */
  const track = (work: Promise<unknown>): void => {
    const settled = work
      .catch(() => undefined)
      .finally(() => {
        running.delete(settled)
      })
    running.add(settled)
  }

  const sweep: Outbox['sweep'] = async (options = {}) => {
    requireObject(options, 'options')
    const { limit = 20 } = options
    const leaseToken = encodeBase64url(random(16))
    const at = now()
    const leaseUntil = at + limits.messageLeaseMs
    const taken = await storage.takeMessages({ now: at, leaseToken, leaseUntil, limit })
    const count = { sent: 0, dead: 0, retried: 0 }
    const faults: unknown[] = []
    const deliverAll = async (messages: readonly OutboxMessage[]): Promise<void> => {
      for (const message of messages) {
        // What the lease no longer covers may be another server's already.
        if (now() >= leaseUntil) break
        try {
          count[await deliver(message, leaseToken)] += 1
        } catch (error) {
          faults.push(error)
        }
      }
    }
    // Side by side: a gateway that hangs must hold up no mail.
    const channels = [...new Set(taken.map(({ channel }) => channel))]
    await Promise.all(channels.map((channel) => deliverAll(taken.filter((message) => message.channel === channel))))
    if (faults.length > 0) throw faults[0]
    return count
  }

  return {
    seal(recordId, messages, at) {
      return messages.map(({ channel, ...enclosed }) => {
        const messageId = encodeBase64url(random(16))
        return {
          messageId,
          channel,
          dueAt: at,
          body: sealText(
            keys,
            'outbox',
            utf8(JSON.stringify(enclosed satisfies MessageBody)),
            associated(recordId, messageId, channel),
            random(nonceLength),
          ),
        }
      })
    },

    dispatch(recordId, messages, leaseToken) {
      for (const message of messages) track(deliver({ ...message, recordId, attempts: 1 }, leaseToken))
    },

    sweep,

    async idle() {
      while (running.size > 0) await Promise.all(running)
    },

    start(everyMs) {
      requireInteger(everyMs, 'everyMs', { from: 1000, to: 86_400_000 })
      if (timer !== null) return
      timer = setInterval(() => {
        track(sweep())
      }, everyMs)
      // The sweeper alone is no reason for a process to live.
      if (typeof timer === 'object' && 'unref' in timer) timer.unref()
    },

    stop() {
      if (timer !== null) clearInterval(timer)
      timer = null
    },
  }
}

/** Record, message and channel: nobody who can write the table redirects a message. */
function associated(recordId: RecordId, messageId: string, channel: OutboxMessage['channel']): Uint8Array {
  return frame('nightlatch/outbox/v1', recordId, messageId, channel)
}

function openMessage(keys: Keyring, { recordId, messageId, channel, body }: OutboxMessage): MessageBody | null {
  const bytes = openText(keys, 'outbox', body, associated(recordId, messageId, channel))
  return bytes === null ? null : (JSON.parse(textOf(bytes)) as MessageBody)
}

/** Messages in part accepted that this process remembers: one forgotten too early is sent twice, no more. */
const mostAccepted = 1000

/** The addresses that took a message already, while another one did not. */
function acceptedOf(accepted: Map<string, Set<string>>, messageId: string): Set<string> {
  const addresses = accepted.get(messageId) ?? new Set()
  accepted.delete(messageId)
  accepted.set(messageId, addresses)
  for (const oldest of accepted.keys()) {
    if (accepted.size <= mostAccepted) break
    accepted.delete(oldest)
  }
  return addresses
}

/** One mail to each verified address, also when an earlier one is refused; how many there are. Throws if one was. */
async function sendMails(
  { mailer, describe, appName, contact }: OutboxParts,
  { recordId, messageId }: OutboxMessage,
  template: MailTemplate,
  accepted: Set<string>,
): Promise<number> {
  const account = await describeAccount(describe, accountIdOf(recordId))
  // The code that writes mails is needed only here, so that the start of a program does not load it.
  const { composeMail } = await import('../../core/mail/index.ts')
  const { subject, text, html, language } = composeMail({
    template,
    language: await loadLanguage(account.locale),
    appName,
    contact,
    name: account.name,
    locale: account.locale,
    timeZone: account.timeZone,
  })
  const addresses = account.addresses.filter((address) => address.verified)
  const faults: unknown[] = []
  for (const [index, { mail }] of addresses.entries()) {
    if (accepted.has(mail)) continue
    try {
      await mailer.send({ to: mail, subject, text, html, language, dedupeKey: `${messageId}-${index}` })
      accepted.add(mail)
    } catch (error) {
      faults.push(error)
    }
  }
  if (faults.length > 0) throw faults[0]
  return addresses.length
}

/** The recipient is the one of the commit; only the language is asked of the host now. */
async function sendSms(
  { sms, describe, appName }: OutboxParts,
  { recordId, messageId }: OutboxMessage,
  { to, purpose, code, minutes }: SmsOrder,
): Promise<number> {
  if (sms === null) return 0
  const { smsText } = await import('../../core/sms/index.ts')
  const { locale } = await describeAccount(describe, accountIdOf(recordId))
  const language = await loadLanguage(locale)
  const text = smsText({ language, template: purpose, code, appName, domain: sms.domain, minutes })
  await sms.sender.send({ to, text, dedupeKey: messageId, language: language.tag })
  return 1
}

/** 30 s, doubled each time, up to an hour. */
function retryDelay(attempts: number): number {
  return Math.min(limits.retryFirstMs * 2 ** Math.min(attempts - 1, 20), limits.retryLongestMs)
}
