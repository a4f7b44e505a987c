import type { Limiter } from 'nightlatch'

/** Options of a world where the limiter in front of the sign-in is not the subject: it admits everybody. */
export const unlimited: { readonly limiter: Limiter } = { limiter: { charge: async () => ({ admitted: true }) } }
