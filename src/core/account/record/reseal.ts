import type { UseCase } from './step.ts'
import { commit } from './step.ts'

export interface ResealResult {
  readonly ok: true
}

/** Changes nothing. The commit writes the record under the first key. */
export const reseal: UseCase<null, ResealResult> = (state) =>
  commit(state, { ok: true }, { events: [{ type: 'key_rotate', values: {} }] })
