export type { ComposedMail, MailRequest } from './compose.ts'
export { composeMail } from './compose.ts'
export type { MailTemplate, NoticeFactor, NoticeType, NoticeValuesByType, TemplateOf } from './template.ts'
