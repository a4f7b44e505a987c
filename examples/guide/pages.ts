// What your application has already: pages. These are as plain as can be.

export interface Form {
  readonly action: string
  readonly button: string
  /** Name, label and type of each field. */
  readonly fields: readonly (readonly [name: string, label: string, type?: string])[]
}

export interface Content {
  readonly notes?: readonly (string | false | undefined)[]
  readonly forms?: readonly Form[]
  /** Markup that is shown as it is, such as a QR code. */
  readonly picture?: string
  /** Goes with every form, where the framework asks for one. */
  readonly token?: string
}

export const forms = {
  login: {
    action: '/login',
    button: 'Log in',
    fields: [
      ['email', 'Email'],
      ['password', 'Password', 'password'],
    ],
  },
  logout: { action: '/logout', button: 'Log out', fields: [] },
  code: { action: '/code', button: 'Continue', fields: [['code', 'Code']] },
  newApp: { action: '/security/totp', button: 'Add an authenticator app', fields: [['label', 'Name of the device']] },
  confirmApp: { action: '/security/totp/confirm', button: 'Confirm', fields: [['code', 'Code of the app']] },
  stepUp: { action: '/security/step-up', button: 'Continue', fields: [['code', 'Code']] },
  newCodes: { action: '/security/backup-codes', button: 'New backup codes', fields: [] },
  off: { action: '/security/off', button: 'Switch two-factor off', fields: [['code', 'Code']] },
} as const satisfies Readonly<Record<string, Form>>

export function page(title: string, { notes = [], forms: shown = [], picture = '', token }: Content): string {
  const hidden = token === undefined ? '' : `<input type="hidden" name="token" value="${escaped(token)}">`
  const field = ([name, label, type = 'text']: Form['fields'][number]): string =>
    `<label>${label} <input name="${name}" type="${type}" required></label> `
  const body = [
    `<h1>${escaped(title)}</h1>`,
    ...notes.filter((note) => note !== false && note !== undefined).map((note) => `<p>${escaped(note)}</p>`),
    picture,
    ...shown.map(({ action, button, fields }) => {
      const inputs = hidden + fields.map(field).join('')
      return `<form method="post" action="${action}">${inputs}<button>${button}</button></form>`
    }),
  ]
  return `<!doctype html><title>${escaped(title)}</title>\n${body.join('\n')}\n`
}

function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
  return text.replace(/[&<>"]/g, (sign) => entities[sign] ?? '')
}
