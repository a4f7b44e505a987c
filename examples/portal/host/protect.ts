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

/** Passkeys belong to one host name. Requests to another name are redirected to it. */
export function oneName(origin: string): RequestHandler {
  const { host } = new URL(origin)
  return (req, res, next) => {
    if (req.method === 'GET' && req.get('host') !== host) return res.redirect(origin + req.originalUrl)
    next()
  }
}

/**
 * Sets headers, and refuses two kinds of requests. A request to another host name: the name of another site may point
 * to this machine. A request that can change something and was not sent by a page of this site.
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
