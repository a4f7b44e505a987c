import type { RequestHandler } from 'express'

const headers = {
  'Content-Security-Policy':
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
  'Cache-Control': 'no-store',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
  // Not `no-referrer`: browsers would send `Origin: null` with the portal's own forms.
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
}

/** Passkeys belong to one name: who came by another goes there. */
export function oneName(origin: string): RequestHandler {
  const { host } = new URL(origin)
  return (req, res, next) => {
    if (req.method === 'GET' && req.get('host') !== host) return res.redirect(origin + req.originalUrl)
    next()
  }
}

/**
 * Headers for every answer, and two questions to every request: is it for this site by name (else another site's name
 * may have been pointed at this machine), and, if it can change something, was it sent by this site's own page?
 */
export function protect(origins: readonly string[]): RequestHandler {
  const hosts = origins.map((origin) => new URL(origin).host)
  return (req, res, next) => {
    res.set(headers)
    if (!hosts.includes(req.get('host') ?? '')) return void res.status(421).type('text').send('Not this site.\n')
    const reads = req.method === 'GET' || req.method === 'HEAD'
    if (!reads && !origins.includes(req.get('origin') ?? '')) {
      return void res.status(403).type('text').send('This form was not sent from this site.\n')
    }
    next()
  }
}
