import type { UseCase } from '../record/step.ts'
import { commit } from '../record/step.ts'
import { refill } from './refill.ts'

/** A script lets codes be tried again, after the host has checked by other means who the owner is. */
export const unlock: UseCase<Readonly<Record<never, never>>, { readonly ok: true }> = (state) =>
  commit(refill(state), { ok: true }, { events: [{ type: 'lockout_end', values: {} }] })
