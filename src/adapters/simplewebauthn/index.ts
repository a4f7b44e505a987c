export type { WebauthnOptions } from './verifier.ts'
export { webauthn } from './verifier.ts'
