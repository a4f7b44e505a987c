import { withPlaces } from '../../core/account/record/message-places.ts'
import type { AccountState } from '../../core/account/record/state.ts'
import { knownDeviceOf } from '../../core/account/sessions/known-devices.ts'
import { createAccountQueue } from './account-queue.ts'
import type { LoopParts } from './transact.ts'
import { createTransact } from './transact.ts'

/** Resolves later. With 0, other work of this process goes on first. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** The loop for records of accounts, with one line of calls for each account. */
export function createAccountLoop(
  parts: Omit<LoopParts<AccountState>, 'queue' | 'isOwn' | 'pause' | 'jitter'>,
): ReturnType<typeof createTransact<AccountState>> {
  const transact = createTransact({
    ...parts,
    queue: createAccountQueue(),
    isOwn: (state, { client, session }) =>
      knownDeviceOf(state, client) !== null || state.sessions.some(({ id }) => id === session),
    pause,
    jitter: () => (parts.random(1)[0] ?? 0) / 255,
  })
  return (call) => transact({ ...call, useCase: withPlaces(call.useCase) })
}
