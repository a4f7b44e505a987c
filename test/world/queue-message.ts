import type { NightlatchOptions, Storage } from 'nightlatch'
import type { DraftMessage } from '../../src/core/account/record/messages.ts'
import { platformRandom } from '../../src/service/keys/platform-random.ts'
import { sealMessage } from '../../src/service/messages/sealed-message.ts'
import { committed, newChange } from '../../src/testing/storage/fixtures.ts'

/**
 * Puts messages into the outbox, as the commits of a process that ended at once: none is leased. Each account has a
 * made-up record that holds nothing else. Answers their ids.
 */
export async function queueMessages(
  { storage, keys }: { readonly storage: Storage; readonly keys: NightlatchOptions['keys'] },
  drafts: readonly { readonly account: string; readonly draft: DraftMessage; readonly dueAt: number }[],
): Promise<readonly string[]> {
  const ids: string[] = []
  for (const account of new Set(drafts.map((one) => one.account))) {
    const id = `account:${account}`
    const own = drafts.filter((one) => one.account === account)
    const messages = own.map(({ draft, dueAt }) =>
      sealMessage({ realm: 'main', keys, random: platformRandom }, id, draft, dueAt),
    )
    const stored = await storage.load(id)
    await committed(storage, newChange({ id, expected: stored?.version ?? null, messages }))
    ids.push(...messages.map(({ messageId }) => messageId))
  }
  return ids
}
