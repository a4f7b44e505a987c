import { loadTexts } from '../../../src/languages/load.ts'
import { describe, expect, it } from 'vitest'
import type { MailRequest, MailTemplate } from '../../../src/core/mail/index.ts'
import { composeMail } from '../../../src/core/mail/index.ts'
import { everyMail, templates } from './samples.ts'

const [english, french] = await Promise.all([loadTexts('en'), loadTexts('fr')])
const base = {
  language: english,
  appName: 'Acme',
  contact: 'security@acme.example',
  name: 'Ada',
  timeZone: 'Europe/Paris',
}
const compose = (change: Partial<MailRequest>) => composeMail({ template: templates[0]!, ...base, ...change })
const programmerError = expect.objectContaining({ code: 'NL_ARGUMENT' })

/** The text that a reader of the HTML sees, without tags and entities. */
function visible(html: string): string {
  const entities: Record<string, string> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&amp;': '&' }
  return html
    .slice(html.indexOf('<body'))
    .replaceAll(/<[^<>]*>/g, ' ')
    .replaceAll(/&(?:lt|gt|quot|#39|amp);/g, (entity) => entities[entity]!)
    .replaceAll(/[ \n]+/g, ' ')
}

const allowedTags = new Set(
  '!doctype html head meta title body div h1 p table tr th td strong ol li'
    .split(' ')
    .flatMap((tag) => [tag, `/${tag}`]),
)

describe.each(everyMail)('$title', ({ language, template }) => {
  const mail = compose({ template, language })
  const { labels, typeset } = language.mail

  it('is complete in subject, text and HTML', () => {
    expect(mail.language).toBe(language.tag)
    for (const part of [mail.subject, mail.text, mail.html]) {
      expect(part).not.toMatch(/\b(?:undefined|null|NaN)\b|\[object|\$\{/)
    }
    expect(mail.subject).toMatch(/^\[Acme\] \S[^\r\n]{5,120}$/)
    expect(mail.text).not.toContain('<')
  })

  it('[NOT-3] says what happened, when, from where, what to do and whom to ask', () => {
    for (const part of [mail.text, visible(mail.html)]) {
      expect(part).toContain('Ada')
      expect(part).toContain('2026')
      expect(part).toContain('(Europe/Paris)')
      if ('ip' in template) expect(part).toContain('203.0.113.7')
      if ('userAgent' in template) expect(part).toContain(`${typeset(labels.browser)} Browser/1 (Test)`)
      if ('label' in template) expect(part).toContain('My phone')
      expect(part).toContain(typeset(labels.ifNotYou))
      expect(part).toContain('security@acme.example')
    }
  })

  it('[MAIL-3] [MAIL-9] has only its own tags, loads nothing, links nowhere, and has a text part', () => {
    const tags = mail.html.match(/<[^<>]*>/g) ?? []
    const names = tags.map((tag) => tag.slice(1, -1).split(' ')[0]!)
    expect(names.filter((name) => !allowedTags.has(name))).toEqual([])
    expect(mail.html.replaceAll(/<[^<>]*>/g, '')).not.toMatch(/[<>]/)
    expect(mail.html).not.toMatch(/\b(?:src|href|on[a-z]+)=|url\(|@import|http|\/\//i)
    expect(mail.text.length).toBeGreaterThan(200)
  })

  it('[MAIL-2] keeps lines within the limit of a mail even unencoded', () => {
    for (const part of [mail.text, mail.html]) {
      expect(Math.max(...part.split('\n').map((line) => Buffer.byteLength(line)))).toBeLessThan(998)
    }
  })
})

describe('English', () => {
  it.each(everyMail.filter(({ language }) => language === english))(
    '[NOT-3] $title says that the browser is a claim, and to change the password',
    (one) => {
      const { text, html } = compose(one)
      for (const part of [text, visible(html)]) {
        if ('userAgent' in one.template)
          expect(part).toContain('Browser (approximate, as it describes itself): Browser/1 (Test)')
        expect(part).toContain('If this was not you:')
        expect(part).toContain('Change your password at once')
      }
    },
  )

  it('calls an app that makes codes an authenticator app, and no device', () => {
    const origin = { at: 0, ip: '203.0.113.7', userAgent: 'Browser/1' }
    const added = compose({ template: { template: 'factor-added', factor: 'totp', label: 'My phone', ...origin } })
    expect(added.subject).toBe('[Acme] An authenticator app was added to your account')
    expect(added.text).toContain('  Authenticator app: My phone\n')
    const set = compose({ template: { template: 'authenticator-resynchronized', label: 'My phone', ...origin } })
    expect(set.text).toContain('  Authenticator app: My phone\n')
    expect(set.text).toContain('Remove that app, add your own again and sign out everywhere.')
    for (const { language, template } of everyMail.filter((one) => one.language === english)) {
      expect(compose({ language, template }).text).not.toMatch(/\bdevice/i)
    }
  })

  it.each([
    ['passkey', 'Passkey: My phone'],
    ['sms', 'Phone number: My phone'],
  ] as const)('names what was removed by its kind: %s', (factor, line) => {
    const { text } = compose({ template: { template: 'factor-removed', factor, label: 'My phone', at: 0 } })
    expect(text).toContain(`  ${line}\n`)
  })
})

describe('French', () => {
  const frenchMails = everyMail.filter(({ language }) => language === french)

  it.each(frenchMails)('[NOT-3] $title says that the browser is a claim, and to change the password', (one) => {
    const { text, html } = compose(one)
    for (const part of [text, visible(html)]) {
      if ('userAgent' in one.template)
        expect(part).toContain('Navigateur (indicatif, tel qu’il se décrit)\u00a0: Browser/1 (Test)')
      expect(part).toContain('Si ce n’était pas vous\u00a0:')
      expect(part).toContain('Changez tout de suite votre mot de passe')
    }
  })

  it('calls an app that makes codes an application d’authentification', () => {
    const resynchronized = { template: 'authenticator-resynchronized', label: 'My phone', at: 0 } as const
    const { text } = compose({ language: french, template: resynchronized })
    expect(text).toContain('  Application d’authentification\u00a0: My phone\n')
    expect(text).toContain('Retirez cette application, ajoutez de nouveau la vôtre')
  })

  it.each(frenchMails)('$title has an unbreakable space before its double signs', (one) => {
    const { subject, text } = compose(one)
    const sentences = text.split('\n').filter((line) => !line.includes('Browser/1'))
    expect([subject, ...sentences].join('\n')).not.toMatch(/ [:;!?»]|« |\w[;!?]|'/)
  })
})

describe('values from outside', () => {
  const image = '<img src=x onerror=alert(1)>'

  it('[MAIL-3] shows `<img onerror>` as text, as browser, label, name, code, contact or application', () => {
    const template: MailTemplate = {
      template: 'factor-added',
      factor: 'totp',
      label: image,
      at: 0,
      ip: image,
      userAgent: image,
    }
    const { html } = compose({ template, name: image, contact: image, appName: image, antiPhishingCode: `"'${image}&` })
    expect(html).not.toContain('<img')
    expect(html.match(/&lt;img src=x onerror=alert\(1\)&gt;/g)?.length).toBeGreaterThanOrEqual(7)
    expect(html).toContain('&quot;&#39;&lt;img')
    expect(html).toContain('onerror=alert(1)&gt;&amp;</strong>')
  })

  it('[MAIL-1] a line break in any value is not in the subject and starts no new line', () => {
    const broken = 'x\r\nBcc: a@b\0'
    const template: MailTemplate = {
      template: 'factor-added',
      factor: 'totp',
      label: broken,
      at: 0,
      ip: broken,
      userAgent: broken,
    }
    const { subject, text } = compose({
      template,
      name: broken,
      contact: broken,
      appName: broken,
      antiPhishingCode: broken,
    })
    expect(subject).not.toMatch(/[\r\n\0]/)
    expect(text).not.toMatch(/\r|\0|^Bcc/m)
  })

  it('cuts the text of a browser that is too long', () => {
    const { text } = compose({ template: { template: 'factor-failed', at: 0, userAgent: 'x'.repeat(100_000) } })
    expect(text).toContain(`${'x'.repeat(119)}…`)
    expect(text.length).toBeLessThan(2000)
  })

  it('leaves out what is not known', () => {
    const { text } = compose({
      template: { template: 'factor-failed', at: 0, ip: null, userAgent: '  ' },
      name: undefined,
    })
    expect(text).not.toMatch(/IP address|Browser \(/)
    expect(text).toMatch(/^Hello,\n/)
  })

  it('prints the anti-phishing code in the body and never in the subject', () => {
    for (const { language, template } of everyMail) {
      const mail = compose({ language, template, antiPhishingCode: 'violet otter' })
      expect(mail.text).toContain('violet otter')
      expect(mail.html).toContain('violet otter')
      expect(mail.subject).not.toContain('violet')
    }
  })

  it('[MAIL-8] shows no password, seed, code, token, session id or phone number that a template carries by mistake', () => {
    const secrets = {
      password: 'CANARY-password',
      secret: 'CANARY-seed',
      code: 'CANARY-code',
      codes: ['CANARY-codes'],
      grant: 'CANARY-grant',
      session: 'CANARY-session',
      phone: 'CANARY-phone',
      reason: 'CANARY-reason',
    }
    for (const { language, template } of everyMail) {
      expect(JSON.stringify(compose({ language, template: { ...template, ...secrets } }))).not.toContain('CANARY')
    }
  })
})

describe('times', () => {
  const template: MailTemplate = { template: 'factor-failed', at: Date.UTC(2026, 0, 15, 13, 4) }
  const timeOf = (change: Partial<MailRequest>) =>
    /^ {2}\S+\s: (.*)$|^ {2}\S+: (.*)$/m
      .exec(compose({ template, ...change }).text)
      ?.slice(1)
      .join('')
      .replaceAll(/[\u00a0\u202f]/g, ' ')

  it('are in the zone of the account and in the manner of its region, and name the zone', () => {
    expect(timeOf({ locale: 'en-US', timeZone: 'America/New_York' })).toBe(
      'January 15, 2026 at 8:04 AM EST (America/New_York)',
    )
    expect(timeOf({ locale: 'en-GB', timeZone: 'Europe/Paris' })).toBe('15 January 2026 at 14:04 CET (Europe/Paris)')
    expect(timeOf({ language: french, locale: 'fr', timeZone: 'Europe/Paris' })).toBe(
      '15 janvier 2026 à 14:04 UTC+1 (Europe/Paris)',
    )
    expect(timeOf({ language: french, timeZone: 'UTC' })).toBe('15 janvier 2026 à 13:04 UTC')
    expect(timeOf({ language: french, locale: 'fr_CA.UTF-8', timeZone: 'UTC' })).toBe('15 janvier 2026 à 13 h 04 UTC')
  })

  it('are in the language of the mail, also when the locale names another language', () => {
    expect(timeOf({ language: english, locale: 'fr-CA', timeZone: 'UTC' })).toBe('January 15, 2026 at 1:04 PM UTC')
    expect(timeOf({ language: french, locale: 'en-US', timeZone: 'UTC' })).toBe('15 janvier 2026 à 13:04 UTC')
    expect(timeOf({ language: french, locale: '*', timeZone: 'UTC' })).toBe('15 janvier 2026 à 13:04 UTC')
  })

  it.each(['Mars/Olympus', '', '<b>', 'UTC\r\nX: y'])('are in UTC for the unknown zone %j', (timeZone) => {
    expect(timeOf({ locale: 'en', timeZone })).toBe('January 15, 2026 at 1:04 PM UTC')
  })

  it('a mail about a used backup code says how many are left, and asks for a new set if they are few or none', () => {
    const used = (left: number, language: MailRequest['language']) =>
      compose({ template: { template: 'backup-code-used', at: 0, left }, language })
    expect(used(4, english).text).toContain('4 codes are left.')
    expect(used(3, english).text).toContain('Only 3 codes are left. Make a new set soon.')
    expect(used(1, english).text).toContain('Only one code is left. Make a new set soon.')
    expect(used(0, english).text).toContain('none is left. Make a new set now')
    expect(used(0, english).subject).toBe('[Acme] Your last backup code was used')
    expect(used(4, french).text).toContain('Il reste 4 codes.')
    expect(used(3, french).text).toContain('Il ne reste plus que 3 codes.')
    expect(used(0, french).text).toContain('il n’en reste aucun')
  })
})

describe('programmer errors', () => {
  it.each(['', '  ', ' \u200b \u200b', undefined, null])(
    '[NOT-3] a contact %j is refused, because every notice needs one',
    (contact) => {
      expect(() => compose({ contact: contact as string })).toThrow(programmerError)
    },
  )

  it.each([
    { appName: '' },
    { appName: undefined },
    { locale: 1 },
    { language: undefined },
    { language: 'fr' },
    { language: {} },
    { language: { tag: 'en' } },
    { language: { tag: 'en', mail: {} } },
    { language: { ...english, mail: { ...english.mail, labels: undefined } } },
    { language: { ...english, tag: 1 } },
    { language: { ...english, tag: 'no tag' } },
    { name: {} },
    { template: { template: 'novel', at: 0 } },
    { template: { template: 'toString', at: 0 } },
    { template: null },
    { template: { template: 'factor-failed', at: Number.NaN } },
    { template: { template: 'factor-failed', at: 1e300 } },
    { template: { template: 'factor-failed' } },
    { template: { template: 'code-entry-locked', at: 0, until: 'soon', failures: 1 } },
    { template: { template: 'factor-failed', at: 0, ip: 5 } },
  ])('%j is refused', (change) => {
    expect(() => compose(change as never)).toThrow(programmerError)
  })
})
