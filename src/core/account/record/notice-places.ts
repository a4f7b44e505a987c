import type { NoticeType } from '../../mail/index.ts'

interface NoticePlace {
  /** Where the record notes when the first of its kind was queued. A number that was stored does not change. */
  readonly place: number
  /**
   * `changes`: what a signed-in session or a script did. `alerts`: what somebody tried. Neither can use up the places
   * of the other. Null: the summary, which has no place but its own.
   */
  readonly pool: 'changes' | 'alerts' | null
}

/**
 * The places of notices among the messages of an account. The first of each kind has a place that only its own kind
 * takes: whoever is inside cannot hide that two-factor was switched off behind a hundred other changes.
 */
export const noticePlaces: Readonly<Record<NoticeType, NoticePlace>> = {
  'much-happened': { place: 0, pool: null },
  'factor-added': { place: 1, pool: 'changes' },
  'factor-removed': { place: 2, pool: 'changes' },
  'two-factor-off': { place: 3, pool: 'changes' },
  'backup-codes-regenerated': { place: 4, pool: 'changes' },
  'backup-code-used': { place: 5, pool: 'changes' },
  'code-entry-locked': { place: 6, pool: 'alerts' },
  'factor-failed': { place: 7, pool: 'alerts' },
  'factor-disabled': { place: 8, pool: 'alerts' },
  'factor-stopped': { place: 9, pool: 'alerts' },
  'guesses-used-up': { place: 10, pool: 'alerts' },
  'device-forgotten': { place: 11, pool: 'alerts' },
  'code-used-elsewhere': { place: 12, pool: 'alerts' },
  'password-changed': { place: 13, pool: 'changes' },
  'authenticator-resynchronized': { place: 14, pool: 'changes' },
  'signed-out-everywhere': { place: 15, pool: 'changes' },
  'device-trusted': { place: 16, pool: 'changes' },
  'device-trust-copied': { place: 17, pool: 'alerts' },
  'passkey-only-on': { place: 18, pool: 'changes' },
  'passkey-only-off': { place: 19, pool: 'changes' },
  'address-changed': { place: 20, pool: 'changes' },
  'address-replaced': { place: 21, pool: 'changes' },
}
