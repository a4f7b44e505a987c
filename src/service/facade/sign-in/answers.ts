import type { GrantedResult } from '../../../core/account/sign-in/complete.ts'
import type { OpenChallenge } from '../../../core/account/sign-in/challenge.ts'
import type { VerifyPasskeyResult } from '../../../core/account/sign-in/verify-passkey.ts'
import type { OpenedClient } from '../../keys/client.ts'
import { keptDevice } from '../../keys/device-token.ts'
import type { Kernel } from '../../loop/kernel.ts'
import { withoutNulls } from '../call/without-nulls.ts'
import type { Challenged, Granted, Refused } from './outcome.ts'
import { refused } from './outcome.ts'
import type { Answer } from '../../loop/transact.ts'

/** What the core decided, as the host gets it: tokens are sealed, and null is absent. */
export function granted(kernel: Kernel, result: GrantedResult, client: OpenedClient): Granted {
  const { grant, deviceId, trust, aal, amr, trusted, replacementCode, advice } = result
  // If a sign-in neither used nor gave trust, a listed device keeps the trust that it has.
  const device = { grant, id: deviceId, trust: trust ?? (deviceId === client.deviceId ? client.deviceTrust : null) }
  return {
    status: 'granted',
    grant: kernel.seal('grant', grant),
    ...keptDevice(kernel, device, client),
    aal,
    amr,
    ...(trusted ? { trustedDevice: true } : {}),
    ...(replacementCode === undefined ? {} : { replacementCode }),
    ...(advice.length === 0 ? {} : { advice }),
  }
}

/** The answer to a code or a passkey for a challenge. `text` is the challenge as it came. */
export function answered(
  kernel: Kernel,
  answer: Answer<VerifyPasskeyResult>,
  { text, client }: { readonly text: unknown; readonly client: OpenedClient },
): Granted | Challenged | Refused {
  if (answer.status === 'busy') return refused('busy')
  if (answer.status === 'absent') return refused('challenge-ended')
  const { result } = answer
  if (result.status === 'granted') return granted(kernel, result, client)
  return result.status === 'refused' ? refused(result.reason) : challenged(String(text), result)
}

/** `challenge` is the sealed text. */
export function challenged(challenge: string, result: OpenChallenge): Challenged {
  return { ...withoutNulls(result), challenge }
}
