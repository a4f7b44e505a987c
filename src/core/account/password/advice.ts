import type { AccountState, Session } from '../record/state.ts'

/** What the person who signed in should do. `change-password`: somebody else knows the password [63B §3.1.1.2]. */
export type Advice = 'change-password'

/** Given with a session that began with a password, until the password is changed. */
export function adviceFor({ throttle }: AccountState, { primary }: Pick<Session, 'primary'>): readonly Advice[] {
  return primary === 'password' && throttle.passwordKnownAt !== null ? ['change-password'] : []
}
