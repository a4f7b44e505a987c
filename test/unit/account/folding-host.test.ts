import type { Nightlatch } from 'nightlatch'
import { describe, expect, it } from 'vitest'
import { createWorld } from '../../world/world.ts'

const spellings = [
  'andre',
  'andré',
  'André',
  'ANDRE\u0301',
  'àndré',
  'ändre',
  'andrê',
  'ａｎｄｒｅ',
  'a\u200bndre',
  ' andrė ',
]

/** A login whose database compares names without case, width and accents. */
const fold = (typed: string): string =>
  typed
    .normalize('NFKD')
    .replace(/[\p{M}\p{Default_Ignorable_Code_Point}]/gu, '')
    .trim()
    .toLowerCase()

const users = new Map([['andre', { id: 'u1', name: 'André' }]])

/** How many wrong passwords are looked at from one address, over all spellings. */
async function evaluated(nl: Nightlatch, passed: (typed: string) => string, known: boolean): Promise<number> {
  let count = 0
  for (let n = 0; n < 60; n++) {
    const typed = spellings[n % spellings.length]!
    const accountId = known ? users.get(fold(typed))?.id : undefined
    const answer = await nl.signIn.failed({ name: passed(typed), accountId, client: { ip: '203.0.113.5' } })
    if (answer.reason === 'wrong-credentials') count += 1
  }
  return count
}

describe('a host that folds accents', () => {
  it('gives a name the tries of one name when it passes the name that its user has', async () => {
    const { nl } = createWorld()
    expect(await evaluated(nl, (typed) => users.get(fold(typed))?.name ?? fold(typed), true)).toBe(20)
  })

  it('gives a name that nobody has the same tries when it passes the folded name', async () => {
    const { nl } = createWorld()
    expect(await evaluated(nl, fold, false)).toBe(20)
  })

  it('gives each spelling tries of its own when it passes what was typed', async () => {
    const { nl } = createWorld()
    expect(await evaluated(nl, (typed) => typed, true)).toBeGreaterThan(20)
  })
})
