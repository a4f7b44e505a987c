import { nl } from './nightlatch.ts'

for (let after: string | null = null; ;) {
  const page = await nl.accounts.reseal({ after })
  if (page.failed.length > 0) console.error(page.failed)
  after = page.next
  if (after === null) break
}
