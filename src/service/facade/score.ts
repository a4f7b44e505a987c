import type { Method } from '../../core/factor.ts'
import { scoreFacts } from '../../core/account/factors/score-facts.ts'
import type { Score as AccountScore, SecurityStep } from '../../core/score/index.ts'
import { score } from '../../core/score/index.ts'
import type { Kernel } from '../loop/kernel.ts'
import type { Failure, PageCall } from './call/page-call.ts'
import { signedOut } from './call/page-call.ts'

export interface SecurityScore {
  /**
   * The security gauge: level and score, what is missing, and what each step would add.
   *
   * @contract effect(storage) · ok|signed-out · throws NL_STORAGE_FAILED, NL_RECORD_…
   * @example
   * const gauge = await nl.score.get({ grant })
   * if (gauge.ok) res.json({ level: gauge.level, score: gauge.score })
   */
  get(input: PageCall): Promise<({ readonly ok: true } & AccountScore) | Failure<'signed-out'>>
}

export function createScore(kernel: Kernel): SecurityScore {
  return {
    async get(input) {
      const signedIn = await kernel.loadSignedIn(input.grant)
      return signedIn === null
        ? signedOut
        : { ok: true, ...score(scoreFacts(signedIn.record.state), { offered: offeredBy(kernel) }) }
    },
  }
}

/** What an account can do as this instance is configured. */
function offeredBy({ settings }: Kernel): readonly SecurityStep[] {
  const added: readonly [Method, SecurityStep][] = [
    ['passkey', 'add-passkey'],
    ['totp', 'add-totp-authenticator'],
  ]
  const steps = added.filter(([method]) => settings.methods.includes(method)).map(([, step]) => step)
  return [...steps, 'renew-backup-codes']
}
