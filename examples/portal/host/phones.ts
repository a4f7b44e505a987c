import type { SmsSender } from 'nightlatch'
import type { PortalDatabase, Tables } from './database.ts'

export type ReceivedText = Tables['texts']

/** The phones of all users and the gateway to them: it keeps every message and forwards none. */
export interface Phones extends SmsSender {
  list(): Promise<ReceivedText[]>
  /** While the gateway is down it takes no message. nightlatch keeps the message and tries again. */
  isDown: boolean
}

const shownTexts = 20

export function openPhones(db: PortalDatabase): Phones {
  const phones: Phones = {
    isDown: false,
    list: () => db.selectFrom('texts').selectAll().orderBy('received_at', 'desc').limit(shownTexts).execute(),
    async send({ to, text, dedupeKey }) {
      if (phones.isDown) throw new Error('the gateway is down')
      await db
        .insertInto('texts')
        .values({ id: dedupeKey, received_at: Date.now(), recipient: to, text })
        // nightlatch may send a message twice. The first one counts.
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute()
    },
  }
  return phones
}
