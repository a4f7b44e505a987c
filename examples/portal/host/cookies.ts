import type { RequestHandler } from 'express'

/** Fills `req.cookies`, as the package cookie-parser does. */
export const cookies: RequestHandler = (req, _res, next) => {
  const pairs = (req.get('cookie') ?? '').split(';').map((pair) => {
    const at = pair.indexOf('=')
    return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()] as const
  })
  req.cookies = Object.assign(Object.create(null), Object.fromEntries(pairs))
  next()
}
