export { formatAddress, networkOf, parseAddress } from './address.ts'
export type { Address, AddressResult } from './address.ts'
