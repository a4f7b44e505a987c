import type { Enrolled } from '../../../core/account/factors/enrollment.ts'
import type { ClientInfo } from '../../keys/client.ts'
import { keptDevice } from '../../keys/device-token.ts'
import type { Kernel } from '../../loop/kernel.ts'
import { sealGrant } from '../call/page-call.ts'

/** The factor is on. */
export interface Confirmed {
  readonly ok: true
  /** How lists and the history name it. */
  readonly authenticator: string
  /** The acting session's new grant. Null for a script. */
  readonly grant: string | null
  /** Comes with the first factor, and is shown once. */
  readonly backupCodes: readonly string[] | null
  /** These two come if this completed a sign-in that had to enroll first. They are what a sign-in answers. */
  readonly setCookie?: string
  readonly deviceToken?: string
}

export function enrolled(kernel: Kernel, result: Enrolled, info: ClientInfo | undefined): Confirmed {
  const { authenticator, grant, backupCodes, deviceId } = result
  const sealed = { ok: true, authenticator, grant: sealGrant(kernel, grant), backupCodes } as const
  if (grant === null || deviceId === null) return sealed
  const client = kernel.client(info, null)
  return { ...sealed, ...keptDevice(kernel, { grant, id: deviceId, trust: null }, client) }
}
