export type { MailerBehavior, MemoryMailer } from './mailer.ts'
export { memoryMailer } from './mailer.ts'
export { storageContract } from './storage-contract.ts'
export type { ContractRunner, StorageUnderTest } from './storage-contract.ts'
