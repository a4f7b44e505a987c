import { argumentError, requireInteger, requireObject, requireText } from './arguments.ts'

interface LimiterRequest {
  readonly now: number
  readonly charges: readonly { readonly key: string; readonly limit: number; readonly windowMs: number }[]
}

/** The checks that every limiter makes of its request. */
export function requireLimiterRequest(request: unknown): asserts request is LimiterRequest {
  requireObject(request, 'request')
  const { now, charges } = request
  requireInteger(now, 'now', { from: 0, to: Number.MAX_SAFE_INTEGER })
  if (!Array.isArray(charges)) throw argumentError('charges', 'an array')
  for (const charge of charges as readonly unknown[]) {
    requireObject(charge, 'each of charges')
    requireText(charge.key, 'charge.key')
    if (!/^[\x21-\x7e]{1,128}$/.test(charge.key))
      throw argumentError('charge.key', '1 to 128 characters of printable ASCII')
    requireInteger(charge.limit, 'charge.limit', { from: 1, to: 1_000_000_000 })
    requireInteger(charge.windowMs, 'charge.windowMs', { from: 1, to: 86_400_000 })
  }
}
