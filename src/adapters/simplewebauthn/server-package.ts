import type * as Helpers from '@simplewebauthn/server/helpers'
import { missingPackage } from '../../core/missing-package.ts'

type Server = Pick<typeof Helpers, 'getCertificateInfo' | 'verifySignature'>

let loading: Promise<Server> | undefined

/** The part of the package that checks signatures, loaded once. Tries again after a failure. */
export function loadServer(): Promise<Server> {
  loading ??= import('@simplewebauthn/server/helpers').catch((cause: unknown) => {
    loading = undefined
    throw missingPackage('webauthn', '@simplewebauthn/server', cause)
  })
  return loading
}
