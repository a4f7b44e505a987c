import { changeAddress } from '../../../core/account/address/changed.ts'
import { isSystemAct } from '../../keys/as-system.ts'
import type { Kernel } from '../../loop/kernel.ts'
import type { Failure, SensitiveCall } from '../call/page-call.ts'
import { runFor } from '../call/page-call.ts'
import type { RefusalOf } from '../call/refusal.ts'

export interface AddressChange extends SensitiveCall {
  /** The address that the account had, and the one that it has now. */
  readonly old: unknown
  readonly new: unknown
}

export type AddressChanged = { readonly ok: true } | Failure<RefusalOf<typeof changeAddress>>

/** The old address must be told, so a script may name an account that never signed in and has no record yet. */
export function tellAddressChanged(kernel: Kernel, input: AddressChange): Promise<AddressChanged> {
  const before = textOf(input.old)
  const after = textOf(input.new)
  const creates = isSystemAct(input.grant)
  return runFor(kernel, input, changeAddress, ({ auth }, client) => ({ auth, before, after, client }), { creates })
}

/** Anything but text is no address. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
