/** A page as a person sees it: where it is, what it says, and its forms. */
export interface Seen {
  readonly path: string
  readonly status: number
  readonly title: string
  readonly notes: readonly string[]
  readonly html: string
}

/** A browser, as far as plain pages go: it keeps cookies, follows redirects and sends every field of a form. */
export class Visitor {
  readonly cookies: Map<string, string> = new Map()
  /** Every Set-Cookie header that came. */
  readonly setCookies: string[] = []
  #page: Seen = { path: '', status: 0, title: '', notes: [], html: '' }
  readonly #origin: string

  constructor(origin: string, cookies: Iterable<readonly [string, string]> = []) {
    this.#origin = origin
    for (const [name, value] of cookies) this.cookies.set(name, value)
  }

  async open(path: string): Promise<Seen> {
    return this.#go(path, { method: 'GET' })
  }

  /** Fills in the form of the last page that leads to `action`. */
  async submit(action: string, fields: Readonly<Record<string, string>> = {}): Promise<Seen> {
    const form = new RegExp(`<form method="post" action="${action}">(.*?)</form>`).exec(this.#page.html)?.[1]
    if (form === undefined) throw new Error(`no form for ${action} on ${this.#page.title}: ${this.#page.html}`)
    const inputs = [...form.matchAll(/<input (?:type="hidden" )?name="([^"]*)"(?: type="\w+")?(?: value="([^"]*)")?/g)]
    const sent = Object.fromEntries(inputs.map(([, name = '', value = '']) => [name, fields[name] ?? value]))
    const headers = { origin: this.#origin, 'content-type': 'application/x-www-form-urlencoded' }
    return this.#go(action, { method: 'POST', headers, body: new URLSearchParams(sent).toString() })
  }

  /** What the page of another site can make this browser send. */
  async lured(action: string, fields: Readonly<Record<string, string>>): Promise<number> {
    const response = await fetch(this.#origin + action, {
      method: 'POST',
      redirect: 'manual',
      headers: { ...this.#cookieHeader(), origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      body: new URLSearchParams(fields),
    })
    return response.status
  }

  async #go(path: string, init: RequestInit, hops = 0): Promise<Seen> {
    const headers = { ...init.headers, ...this.#cookieHeader(), 'user-agent': 'Firefox' }
    const response = await fetch(this.#origin + path, { ...init, headers, redirect: 'manual' })
    this.#keep(response.headers.getSetCookie())
    const to = response.headers.get('location')
    const html = await response.text()
    if (to !== null && hops < 5) return this.#go(to, { method: 'GET' }, hops + 1)
    const all = (pattern: RegExp): string[] => [...html.matchAll(pattern)].map((found) => found[1] ?? '')
    const [title = ''] = all(/<h1>(.*?)<\/h1>/g)
    this.#page = { path, status: response.status, title, notes: all(/<p>(.*?)<\/p>/g), html }
    return this.#page
  }

  #keep(lines: readonly string[]): void {
    this.setCookies.push(...lines)
    for (const line of lines) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=')
      this.cookies.set(name, value)
    }
  }

  #cookieHeader(): { readonly cookie: string } {
    return { cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') }
  }
}
