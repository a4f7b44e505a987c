import { changePassword } from '../../core/account/password/changed.ts'
import type { Kernel } from '../loop/kernel.ts'
import type { Failure, SensitiveCall } from './call/page-call.ts'
import { failure, runFor, sealGrant, signedOut } from './call/page-call.ts'
import type { RefusalOf } from './call/refusal.ts'
import { isSystemAct } from '../keys/as-system.ts'

export interface Password {
  /**
   * Call it after you changed the password of an account. Challenges that began with the old one end, and so do the
   * other sessions, unless `endSessions` is false. With a grant and a proof every budget of codes is refilled. A call
   * by a script means a reset by mail: it gives a few guesses back, so that the owner can sign in on a new browser.
   *
   * @contract effect(storage, mailer) · ok|signed-out|step-up|reauthenticate|busy
   *   · throws NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   * @example
   * const changed = await nl.password.changed({ grant, proof, client })
   * if (changed.ok) req.session.grant = changed.grant
   */
  changed(
    input: SensitiveCall & { readonly endSessions?: boolean | undefined },
  ): Promise<{ readonly ok: true; readonly grant: string | null } | Failure<RefusalOf<typeof changePassword>>>
}

export function createPassword(kernel: Kernel): Password {
  return {
    async changed(input) {
      const endSessions = input.endSessions !== false
      const result = await runFor(kernel, input, changePassword, ({ auth }, client) => ({ auth, endSessions, client }))
      if (result.ok) return { ok: true, grant: sealGrant(kernel, result.grant) }
      // An account that never signed in has no budget to give back.
      const isAbsent = result === signedOut && isSystemAct(input.grant)
      return isAbsent ? { ok: true, grant: null } : failure(result)
    },
  }
}
