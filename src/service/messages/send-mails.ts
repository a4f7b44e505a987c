import type { MailOrder } from '../../core/account/record/messages.ts'
import type { Mail } from '../../ports/mailer.ts'
import type { RecordId } from '../../ports/storage.ts'
import { accountIdOf } from '../keys/account-id.ts'
import type { NightlatchOptions } from '../options/options.ts'
import type { CallOutlet } from './calls.ts'
import { describeAccount } from './describe.ts'
import type { AccountDescription } from './describe.ts'
import type { Failure } from './failure.ts'
import { failureOf } from './failure.ts'
import { distinctMailboxes } from './recipients.ts'
import type { Progress } from './sealed-message.ts'
import type { WriteMail } from './write-mail.ts'
import { mailWriter } from './write-mail.ts'

/** What one try of a message came to. Null: another server has the message now. */
export type Tried = {
  /** What is left to send. Undefined: not even the addresses are known. */
  readonly left: readonly string[] | undefined
  readonly reached: boolean
  /** The first failure that is not final. */
  readonly failure: Failure | null
  /** Some addresses were not tried: the lease leaves no time for them. */
  readonly cutShort: boolean
} | null

/** What a try needs of its message's lease. */
export interface Holding {
  /** Whether the lease leaves time for one more call. */
  hasTime(): boolean
  /** Stores what is left. False: another server has the message. */
  keep(progress: Progress): Promise<boolean>
  /** An address is refused for good. It is told and recorded before the address is dropped. */
  refused(failure: Failure): Promise<void>
}

export type SendMails = (
  message: { readonly recordId: RecordId; readonly messageId: string },
  order: MailOrder & Progress,
  holding: Holding,
) => Promise<Tried>

type SendMailsParts = Pick<NightlatchOptions, 'mailer' | 'describe' | 'appName' | 'contact'> & {
  readonly callOutlet: CallOutlet
}

/**
 * Sends one mail to each address that is left, one after the other. After each one it stores what is left. So a crash
 * repeats at most the mail whose reply was lost.
 */
export function createSendMails({ mailer, callOutlet, ...host }: SendMailsParts): SendMails {
  const sendOne = async (mail: Mail): Promise<Failure | null> => {
    try {
      const answer = await callOutlet('mail', mail.dedupeKey, () => mailer.send(mail))
      return answer === 'late' ? { reason: 'late' } : null
    } catch (error) {
      return failureOf('mail', error)
    }
  }

  return async (message, order, holding) => {
    const prepared = await prepare(host, message, order)
    const { reached = false } = order
    if ('failure' in prepared) return { left: order.left, reached, failure: prepared.failure, cutShort: false }
    return sendAll(prepared, { sendOne, holding, reached })
  }
}

interface Prepared {
  readonly addresses: readonly string[]
  readonly write: WriteMail
}

/** Whom the message goes to is decided at its first try, and does not change any more. */
async function prepare(
  host: Omit<SendMailsParts, 'mailer' | 'callOutlet'>,
  { recordId, messageId }: Parameters<SendMails>[0],
  { template, to, left }: MailOrder & Progress,
): Promise<Prepared | { readonly failure: Failure }> {
  let owner: AccountDescription
  try {
    owner = await describeAccount(host.describe, accountIdOf(recordId))
  } catch (cause) {
    return { failure: { reason: 'describe', cause } }
  }
  const verified = owner.addresses.filter((address) => address.verified)
  const addresses = left ?? distinctMailboxes(to ?? verified.map(({ mail }) => mail))
  if (addresses.length === 0) return { failure: { reason: 'no-verified-address' } }
  try {
    // Addresses of its own may be somebody else's by now, and the name may be the new address.
    const named = to === undefined ? owner : { ...owner, name: '' }
    const write = await mailWriter(host, { messageId, template, owner: named })
    // A newer release may have made the message. It is written once to see that this one can.
    write(addresses[0]!)
    return { addresses, write }
  } catch (cause) {
    return { failure: { reason: 'not-written', cause } }
  }
}

interface Sending {
  readonly sendOne: (mail: Mail) => Promise<Failure | null>
  readonly holding: Holding
  readonly reached: boolean
}

async function sendAll({ addresses, write }: Prepared, { sendOne, holding, ...before }: Sending): Promise<Tried> {
  let { reached } = before
  let first: Failure | null = null
  const failed: string[] = []
  for (const [n, address] of addresses.entries()) {
    const others = addresses.slice(n + 1)
    // Those that were not tried come first the next time, so that one that hangs does not hold them up again.
    if (!holding.hasTime()) return { left: [address, ...others, ...failed], reached, failure: first, cutShort: true }
    const failure = await sendOne(write(address))
    if (failure === null || failure.reason === 'refused') {
      if (failure !== null) await holding.refused(failure)
      reached ||= failure === null
      const left = [...others, ...failed]
      if (left.length > 0 && !(await holding.keep({ left, reached }))) return null
    } else {
      first ??= failure
      failed.push(address)
    }
  }
  return { left: failed, reached, failure: first, cutShort: false }
}
