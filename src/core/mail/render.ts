/** A mail before it is text or HTML. Every part is plain text. */
export interface Letter {
  /** BCP 47 */
  readonly language: string
  readonly subject: string
  readonly greeting: string
  readonly antiPhishingCode: Fact | null
  readonly happened: readonly string[]
  readonly facts: readonly Fact[]
  readonly ifYou: string
  readonly ifNotYou: { readonly title: string; readonly steps: readonly string[] }
  readonly contact: string
  readonly footer: string
}

interface Fact {
  readonly label: string
  readonly value: string
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character]!)
}

export function renderText(letter: Letter): string {
  const { antiPhishingCode: code, ifNotYou } = letter
  const blocks = [
    letter.greeting,
    ...(code === null ? [] : [`${code.label} ${code.value}`]),
    ...letter.happened,
    letter.facts.map(({ label, value }) => `  ${label} ${value}`).join('\n'),
    letter.ifYou,
    [ifNotYou.title, ...ifNotYou.steps.map((step, index) => `  ${index + 1}. ${step}`)].join('\n'),
    letter.contact,
    `-- \n${letter.footer}`,
  ]
  return `${blocks.join('\n\n')}\n`
}

// Text and background have no color, so that a dark mail program keeps its own. Grays are half transparent.
const styles = {
  body: "margin:0;padding:24px 16px;font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif",
  sheet: 'max-width:560px;margin:0 auto',
  title: 'margin:0 0 20px;font-size:20px;line-height:1.3',
  code: 'margin:0 0 16px;padding:10px 14px;border:1px solid rgba(128,128,128,.5);border-radius:6px',
  table: 'margin:0 0 16px;width:100%;border-collapse:collapse',
  label:
    'padding:8px 12px 8px 0;border-top:1px solid rgba(128,128,128,.35);text-align:left;vertical-align:top;width:34%;' +
    'font-weight:normal;opacity:.75',
  value: 'padding:8px 0;border-top:1px solid rgba(128,128,128,.35);vertical-align:top;overflow-wrap:anywhere',
  paragraph: 'margin:0 0 16px',
  list: 'margin:0 0 16px;padding-left:24px',
  footer: 'margin:24px 0 0;padding-top:12px;border-top:1px solid rgba(128,128,128,.35);font-size:13px;opacity:.75',
} as const

function element(tag: string, style: keyof typeof styles, inner: string): string {
  return `<${tag} style="${styles[style]}">${inner}</${tag}>`
}

function paragraph(text: string): string {
  return element('p', 'paragraph', escapeHtml(text))
}

function factRow({ label, value }: Fact): string {
  const head = `<th scope="row" style="${styles.label}">${escapeHtml(label)}</th>`
  return `<tr>${head}\n${element('td', 'value', escapeHtml(value))}</tr>`
}

/** The HTML loads nothing and has no link [MAIL-9]. Every value is escaped [MAIL-3]. */
export function renderHtml(letter: Letter): string {
  const { antiPhishingCode: code, ifNotYou } = letter
  const steps = ifNotYou.steps.map((step) => `<li>${escapeHtml(step)}</li>`).join('\n')
  const parts = [
    element('h1', 'title', escapeHtml(letter.subject)),
    paragraph(letter.greeting),
    ...(code === null
      ? []
      : [element('p', 'code', `${escapeHtml(code.label)} <strong>${escapeHtml(code.value)}</strong>`)]),
    ...letter.happened.map(paragraph),
    element('table', 'table', letter.facts.map(factRow).join('\n')),
    paragraph(letter.ifYou),
    element('p', 'paragraph', `<strong>${escapeHtml(ifNotYou.title)}</strong>`),
    element('ol', 'list', steps),
    paragraph(letter.contact),
    element('p', 'footer', escapeHtml(letter.footer)),
  ]
  return [
    '<!doctype html>',
    `<html lang="${escapeHtml(letter.language)}">`,
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width">',
    '<meta name="color-scheme" content="light dark">',
    '<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">',
    `<title>${escapeHtml(letter.subject)}</title>`,
    '</head>',
    `<body style="${styles.body}">`,
    element('div', 'sheet', `\n${parts.join('\n')}\n`),
    '</body>',
    '</html>',
    '',
  ].join('\n')
}
