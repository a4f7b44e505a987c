/** Narrows an outcome to a status, or throws and names what came instead. */
export function expectStatus<Outcome extends { readonly status: string }, Status extends Outcome['status']>(
  outcome: Outcome,
  status: Status,
): Extract<Outcome, { readonly status: Status }> {
  if (outcome.status !== status) throw new Error(`expected ${status}, got ${JSON.stringify(outcome)}`)
  return outcome as Extract<Outcome, { readonly status: Status }>
}

/** Narrows an outcome to its good case, or throws and names what came instead. */
export function expectOk<Outcome extends { readonly ok: boolean }>(
  outcome: Outcome,
): Extract<Outcome, { readonly ok: true }> {
  if (!outcome.ok) throw new Error(`expected ok, got ${JSON.stringify(outcome)}`)
  return outcome as Extract<Outcome, { readonly ok: true }>
}
