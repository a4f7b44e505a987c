import { languages } from 'nightlatch/languages'
import type { Factor } from '../../../src/core/factor.ts'
import type { MailTemplate, NoticeType } from '../../../src/core/mail/index.ts'
import { loadTexts } from '../../../src/languages/load.ts'

const at = Date.UTC(2026, 7, 4, 13, 4)
const origin = { ip: '203.0.113.7', userAgent: 'Browser/1 (Test)' }
const factors: readonly Factor[] = ['totp', 'sms', 'passkey', 'backup-code']

const byType: { readonly [T in NoticeType]: readonly MailTemplate[] } = {
  'factor-added': factors.map((factor) => ({ template: 'factor-added', factor, label: 'My phone', at, ...origin })),
  'factor-removed': factors.map((factor) => ({ template: 'factor-removed', factor, label: 'My phone', at, ...origin })),
  'two-factor-off': [{ template: 'two-factor-off', at, ...origin }],
  'backup-codes-regenerated': [{ template: 'backup-codes-regenerated', at, count: 10, ...origin }],
  'backup-code-used': [9, 4, 3, 2, 1, 0].map((left) => ({ template: 'backup-code-used', at, left, ...origin })),
  'code-entry-locked': [{ template: 'code-entry-locked', at, until: at + 900_000, failures: 20 }],
  'factor-failed': [{ template: 'factor-failed', at, ...origin }],
  'factor-disabled': factors.map((factor) => ({ template: 'factor-disabled', factor, at })),
  'factor-stopped': factors.map((factor) => ({ template: 'factor-stopped', factor, at })),
  'guesses-used-up': [{ template: 'guesses-used-up', at }],
  'device-forgotten': [{ template: 'device-forgotten', at }],
  'code-used-elsewhere': [{ template: 'code-used-elsewhere', label: 'My phone', at, ...origin }],
  'password-changed': [{ template: 'password-changed', at, ...origin }],
  'authenticator-resynchronized': [{ template: 'authenticator-resynchronized', label: 'My phone', at, ...origin }],
  'signed-out-everywhere': [{ template: 'signed-out-everywhere', at, ...origin }],
  'passkey-only-on': [{ template: 'passkey-only-on', at, ...origin }],
  'passkey-only-off': [{ template: 'passkey-only-off', at, ...origin }],
  'address-changed': [
    { template: 'address-changed', before: 'a•••@people.example', after: 'e•••@elsewhere.example', at, ...origin },
  ],
  'address-replaced': [
    { template: 'address-replaced', before: 'a•••@people.example', after: 'e•••@elsewhere.example', at, ...origin },
  ],
  'much-happened': [{ template: 'much-happened', at }],
  'device-trusted': [{ template: 'device-trusted', at, ...origin }],
  'device-trust-copied': [{ template: 'device-trust-copied', at, ...origin }],
}

/** Every notice in every shape that has sentences of its own. */
export const templates: readonly MailTemplate[] = Object.values(byType).flat()

export const everyLanguage = await Promise.all(languages.map((code) => loadTexts(code)))

/** Every notice in every language, with a title for a table of tests. */
export const everyMail = everyLanguage.flatMap((language) =>
  templates.map((template) => {
    const variant = 'factor' in template ? template.factor : 'left' in template ? template.left : ''
    return { title: `${template.template} ${variant} in ${language.tag}`, language, template }
  }),
)
