import { encodeBase64url } from '../../core/bytes.ts'
import type { Actor, Client } from '../../core/account/record/context.ts'
import type { DraftFact } from '../../core/events/index.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Random } from '../../ports/random.ts'
import { recordIdOf } from '../keys/account-id.ts'
import type { Facts } from './facts.ts'
import { sharedValues } from './shared-values.ts'

/** Writes a fact of a call that no use case decides. Nothing waits for it. `accountId` null: it belongs to nobody. */
export type RecordFact = (accountId: string | null, fact: DraftFact, client: Client, actor: Actor) => void

export function createRecordFact({
  facts,
  random,
  now,
}: {
  readonly facts: Facts
  readonly random: Random
  readonly now: Clock
}): RecordFact {
  return (accountId, fact, client, actor) => {
    const call = encodeBase64url(random(12))
    const recordId = accountId === null ? null : recordIdOf(accountId)
    facts.later(recordId, [fact], sharedValues({ actor, client, call, session: null }), now())
  }
}
