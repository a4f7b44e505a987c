export { storageContract } from './storage-contract.ts'
export type { ContractRunner, StorageUnderTest } from './storage-contract.ts'
