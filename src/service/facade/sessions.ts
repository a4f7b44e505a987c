import type { Aal, Amr } from '../../core/factor.ts'
import { referenceTo } from '../../core/account/sessions/session.ts'
import { endAllSessions, endSession } from '../../core/account/sessions/end-sessions.ts'
import type { SessionView } from '../../core/account/record/views.ts'
import { viewSessions } from '../../core/account/record/views.ts'
import type { GrantInput, Kernel } from '../loop/kernel.ts'
import type { Failure, PageCall } from './call/page-call.ts'
import { runFor, sealGrant, signedOut } from './call/page-call.ts'

export interface Sessions {
  /**
   * For a host's middleware: whether a grant still counts. One strong read. `enroll`: it is good for enrolling a factor
   * and for nothing else yet.
   *
   * @contract effect(storage) · signedInAt ms · ok|signed-out|enroll · throws NL_STORAGE_FAILED, NL_RECORD_…
   */
  check(input: { readonly grant: GrantInput }): Promise<
    | {
        readonly ok: true
        readonly accountId: string
        readonly aal: Aal
        readonly amr: readonly Amr[]
        readonly signedInAt: number
      }
    | Failure<'signed-out' | 'enroll'>
  >
  /**
   * The sessions that are still open, newest first.
   *
   * @contract effect(storage) · ok|signed-out · throws NL_STORAGE_FAILED, NL_RECORD_…
   */
  list(
    input: PageCall,
  ): Promise<{ readonly ok: true; readonly sessions: readonly SessionView[] } | Failure<'signed-out'>>
  /**
   * Ends one session, by the id that `list` shows.
   *
   * @contract effect(storage) · ok|signed-out|not-found|busy · throws NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   */
  end(
    input: PageCall & { readonly session: unknown },
  ): Promise<{ readonly ok: true } | Failure<'signed-out' | 'not-found' | 'busy'>>
  /**
   * Signs out everywhere. The acting session stays, with a new grant, unless `includingThis` is set.
   *
   * @contract effect(storage, mailer) · ok|signed-out|busy · throws NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   */
  endAll(
    input: PageCall & { readonly includingThis?: boolean | undefined },
  ): Promise<
    { readonly ok: true; readonly ended: number; readonly grant: string | null } | Failure<'signed-out' | 'busy'>
  >
}

export function createSessions(kernel: Kernel): Sessions {
  return {
    async check({ grant }) {
      const entered = await kernel.loadFor(grant, 'any')
      const session = entered?.record.state.sessions.find((entry) => entry.id === entered.acting.session)
      if (entered === null || session === undefined) return signedOut
      if (session.kind === 'enroll') return { ok: false, reason: 'enroll' }
      const { aal, amr, createdAt } = session
      return { ok: true, accountId: entered.acting.accountId, aal, amr, signedInAt: createdAt }
    },

    async list(input) {
      const entered = await kernel.loadFor(input.grant)
      if (entered === null) return signedOut
      return { ok: true, sessions: viewSessions(entered.record.state, entered.acting.session) }
    },

    async end(input) {
      const entered = await kernel.loadFor(input.grant)
      if (entered === null) return signedOut
      const session = entered.record.state.sessions.find(({ id }) => referenceTo(id) === input.session)
      if (session === undefined) return { ok: false, reason: 'not-found' }
      return runFor(kernel, input, endSession, ({ auth }) => ({ auth, session: session.id }))
    },

    async endAll(input) {
      const includingThis = input.includingThis === true
      const result = await runFor(kernel, input, endAllSessions, ({ auth }, client) => ({
        auth,
        includingThis,
        client,
      }))
      return result.ok ? { ...result, grant: sealGrant(kernel, result.grant) } : result
    },
  }
}
