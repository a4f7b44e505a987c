import { requires } from '../require.ts'
import type { PortalProcess } from './portal-process.ts'
import { startPortal } from './portal-process.ts'
import { launch } from './screens.ts'
import type { VisitOptions, Visitor } from './visitor.ts'
import { visit } from './visitor.ts'

/** The browser of these tests: where a machine has none, `describe.runIf` leaves them out. */
export const chromium: string | undefined = requires('chromium')

/** A portal of its own, and everybody who visits it with one browser. */
export interface OpenPortal extends PortalProcess {
  readonly visitors: readonly Visitor[]
  /** Somebody with an empty browser, on no page yet. */
  visit(email: string, options?: VisitOptions): Promise<Visitor>
  /** What the consoles and the answers to visitors complained of, and the errors that the portal printed. */
  complaints(): readonly string[]
  /** Closes the browser and removes the portal. */
  close(): Promise<void>
}

export async function openPortal(environment: Readonly<Record<string, string>> = {}): Promise<OpenPortal> {
  const portal = await startPortal(environment)
  const browser = await launch(chromium!).catch(async (error: unknown) => {
    await portal.remove()
    throw error
  })
  const visitors: Visitor[] = []
  return {
    ...portal,
    visitors,
    async visit(email, options) {
      const visitor = await visit(browser, portal, email, options)
      visitors.push(visitor)
      return visitor
    },
    complaints() {
      const errors = portal.printed().match(/^.*error.*$/gim) ?? []
      return [...visitors.flatMap(({ complaints }) => complaints), ...errors]
    },
    async close() {
      await browser.close()
      await portal.remove()
    },
  }
}
