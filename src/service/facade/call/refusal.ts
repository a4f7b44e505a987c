import type { UseCase } from '../../../core/account/record/step.ts'

// The core states why a use case refuses. The facade derives its types from that, so that no list is written twice. The
// build writes these three out as unions of literals: the published declarations do not name the core.

/** What a use case answers. */
export type ResultOf<Case> = Case extends UseCase<never, infer Result> ? Result : never

/** The reasons in a result. */
export type ReasonOf<Result> = Result extends { readonly reason: infer Reason } ? Extract<Reason, string> : never

/** Why a call that {@link runFor} makes may be refused: by its use case, or before that is run. */
export type RefusalOf<Case> = ReasonOf<ResultOf<Case>> | 'signed-out' | 'busy'
