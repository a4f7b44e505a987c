import type { SmsSender } from 'nightlatch'
import type { PortalDatabase, Tables } from './database.ts'

export type ReceivedText = Tables['texts']

/** Stands for everybody's phone and for the gateway in front of them: keeps each message, and sends none on. */
export interface Phones extends SmsSender {
  list(): Promise<ReceivedText[]>
  /** While the gateway is down it takes no message: nightlatch keeps it, and tries again. */
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
        // A message that is handed in again has arrived already.
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute()
    },
  }
  return phones
}
