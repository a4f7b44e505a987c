import type { Advice } from '../../core/account/password/advice.ts'
import { adviceFor } from '../../core/account/password/advice.ts'
import type { Aal, Amr } from '../../core/factor.ts'
import { referenceTo } from '../../core/account/record/ids.ts'
import { endAllSessions } from '../../core/account/sessions/end-all-sessions.ts'
import { endSession } from '../../core/account/sessions/end-session.ts'
import type { SessionView } from '../../core/account/sessions/view.ts'
import { viewSessions } from '../../core/account/sessions/view.ts'
import type { Kernel } from '../loop/kernel.ts'
import type { Failure, PageCall } from './call/page-call.ts'
import { runFor, sealGrant, signedOut } from './call/page-call.ts'
import { withoutNulls } from './call/without-nulls.ts'
import type { RefusalOf } from './call/refusal.ts'

export interface Sessions {
  /**
   * For a host's middleware: tells whether a grant still counts. It makes one strong read. `enroll`: the grant is good
   * for enrolling a factor only. After a rotation of the key ring it hands back the grant and the device token under
   * the new key.
   *
   * @contract effect(storage) · signedInAt ms · ok|signed-out|enroll · throws NL_STORAGE_FAILED, NL_RECORD_…
   * @example
   * const check = await nl.sessions.check({ grant: req.session.grant, client })
   * if (!check.ok) res.redirect('/login')
   * else if (check.grant !== undefined) req.session.grant = check.grant
   */
  check(input: PageCall): Promise<
    | {
        readonly ok: true
        readonly accountId: string
        readonly aal: Aal
        readonly amr: readonly Amr[]
        readonly signedInAt: number
        /** As in the answer to the sign-in, until the password is changed. Absent if there is none. */
        readonly advice?: readonly Advice[]
        /** The same grant under the first key. Keep it instead. Absent if it is under that key already. */
        readonly grant?: string
        /** The same device token under the first key, and the Set-Cookie header that keeps it. */
        readonly setCookie?: string
        readonly deviceToken?: string
      }
    | Failure<'signed-out' | 'enroll'>
  >
  /**
   * The sessions that are still open, newest first.
   *
   * @contract effect(storage) · ok|signed-out · throws NL_STORAGE_FAILED, NL_RECORD_…
   * @example
   * const listed = await nl.sessions.list({ grant })
   * if (listed.ok) res.json(listed.sessions)
   */
  list(
    input: PageCall,
  ): Promise<{ readonly ok: true; readonly sessions: readonly SessionView[] } | Failure<'signed-out'>>
  /**
   * Ends one session, by the id that `list` shows.
   *
   * @contract effect(storage) · ok|signed-out|not-found|busy
   *   · throws NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   * @example
   * await nl.sessions.end({ grant, session: req.body.id, client })
   */
  end(
    input: PageCall & { readonly session: unknown },
  ): Promise<{ readonly ok: true } | Failure<RefusalOf<typeof endSession>>>
  /**
   * Signs out everywhere. The acting session stays and gets a new grant, unless `includingThis` is set.
   *
   * @contract effect(storage, mailer) · ok|signed-out|busy
   *   · throws NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   * @example
   * const all = await nl.sessions.endAll({ grant, client })
   * if (all.ok) req.session.grant = all.grant
   */
  endAll(
    input: PageCall & { readonly includingThis?: boolean | undefined },
  ): Promise<
    | { readonly ok: true; readonly ended: number; readonly grant: string | null }
    | Failure<RefusalOf<typeof endAllSessions>>
  >
  /**
   * For your sign-out button: ends the acting session.
   *
   * @contract effect(storage) · ok|signed-out|busy · throws NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   * @example
   * await nl.sessions.signOut({ grant, client })
   * req.session.grant = null
   */
  signOut(input: PageCall): Promise<{ readonly ok: true } | Failure<Exclude<RefusalOf<typeof endSession>, 'not-found'>>>
}

export function createSessions(kernel: Kernel): Sessions {
  return {
    async check({ grant, client }) {
      const signedIn = await kernel.loadSignedIn(grant, 'any')
      const session = signedIn?.record.state.sessions.find((entry) => entry.id === signedIn.acting.session)
      if (signedIn === null || session === undefined) return signedOut
      if (session.kind === 'enroll') return { ok: false, reason: 'enroll' }
      const { aal, amr, createdAt } = session
      const { accountId } = signedIn.acting
      const deviceToken = kernel.reseal('device', kernel.client(client, accountId).deviceToken)
      const setCookie = deviceToken === null ? null : kernel.setCookie(deviceToken)
      const tokens = { grant: kernel.reseal('grant', grant), setCookie, deviceToken }
      const advice = adviceFor(signedIn.record.state, session)
      const answer = { ok: true, accountId, aal, amr, signedInAt: createdAt, ...withoutNulls(tokens) } as const
      return advice.length === 0 ? answer : { ...answer, advice }
    },

    async list(input) {
      const signedIn = await kernel.loadSignedIn(input.grant)
      if (signedIn === null) return signedOut
      const { acting, record } = signedIn
      const { state } = record
      return {
        ok: true,
        sessions: viewSessions(state, acting.session, { now: kernel.now(), settings: kernel.settings }),
      }
    },

    async end(input) {
      const signedIn = await kernel.loadSignedIn(input.grant)
      if (signedIn === null) return signedOut
      const session = signedIn.record.state.sessions.find(({ id }) => referenceTo(id) === input.session)
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

    async signOut(input) {
      const result = await runFor(kernel, input, endSession, ({ auth }) => ({ auth, session: null }))
      if (result.ok) return result
      return { ok: false, reason: result.reason === 'not-found' ? 'signed-out' : result.reason }
    },
  }
}
