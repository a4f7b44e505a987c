import { basename, join } from 'node:path'
import { Eta } from 'eta'
import type { Express, RequestHandler } from 'express'
import * as historyWords from '../history-words.ts'
import * as words from '../words.ts'

/** Pages are eta templates; `<%= %>` escapes what it prints. */
export function usePages(app: Express): void {
  const folder = join(import.meta.dirname, '../pages')
  const eta = new Eta({ views: folder, cache: true })
  app.engine('eta', (path, data, done) => {
    try {
      done(null, eta.render(`./${basename(path, '.eta')}`, data))
    } catch (error) {
      done(error)
    }
  })
  app.set('views', folder)
  app.set('view engine', 'eta')
  app.locals.words = { ...words, ...historyWords }
}

/** A message for the next page of this person. */
export interface Flash {
  readonly kind: 'good' | 'bad'
  readonly text: string
}

export const showFlash: RequestHandler = (req, res, next) => {
  res.locals.flash = req.session.flash
  if (req.method === 'GET') delete req.session.flash
  next()
}
