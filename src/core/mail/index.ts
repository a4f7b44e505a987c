export type { ComposedMail, MailRequest } from './compose.ts'
export { composeMail } from './compose.ts'
export type { MailTemplate, NoticeType, NoticeValuesByType, TemplateOf } from './template.ts'
export type { FactorTexts, MailTexts, Notice, NoticeWords } from './texts.ts'
