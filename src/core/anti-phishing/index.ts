export { checkAntiPhishingCode } from './code.ts'
export type { AntiPhishingCheck, AntiPhishingRefusal, ForbiddenWords } from './code.ts'
