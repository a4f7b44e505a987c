import { createSignInLimits } from '../../limits/sign-in-limits.ts'
import type { Kernel } from '../../loop/kernel.ts'
import { late } from '../call/late.ts'
import { createCodeCalls } from './code.ts'
import { createPrimaryCalls } from './primary.ts'
import type { PasskeyCalls, SignIn } from './sign-in.ts'

export function createSignIn(kernel: Kernel): SignIn {
  const signInLimits = createSignInLimits(kernel)
  return {
    ...createPrimaryCalls(kernel, signInLimits),
    ...createCodeCalls(kernel, signInLimits),
    ...late<PasskeyCalls>({ passkeyOptions: true, verifyPasskey: true }, async () =>
      (await import('./passkey.ts')).createPasskeyCalls(kernel, signInLimits),
    ),
  }
}
