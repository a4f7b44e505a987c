import type { Limiter } from 'nightlatch'

const giveBack = async (): Promise<void> => undefined

/** Options of a world where the limiter in front of the sign-in is not the subject: it admits everybody. */
export const unlimited: { readonly limiter: Limiter } = {
  limiter: { charge: async () => ({ admitted: true }), giveBack },
}

/** A limiter of the host that charges in the way that is given. */
export function limiterThat(charge: Limiter['charge']): Limiter {
  return { charge, giveBack }
}
