// One plain address: no quoted local part, no comment, no list, and no character that could end a header [MAIL-1].
const plainAddress = /^[^\p{C}\p{Z}()<>[\]\\,;:"@]+@[^\p{C}\p{Z}()<>[\]\\,;:"@]+$/u
const longestAddress = 254

export function isMailAddress(text: unknown): text is string {
  return typeof text === 'string' && text.length <= longestAddress && plainAddress.test(text)
}

/** Whether two addresses are the same mailbox for sure: capitals tell nothing apart in a domain only. */
export function isSameMailbox(one: string, other: string): boolean {
  const [localOne, domainOne] = partsOf(one)
  const [localOther, domainOther] = partsOf(other)
  return localOne === localOther && domainOne.toLowerCase() === domainOther.toLowerCase()
}

/** `a•••@people.example`: enough to recognize an address that one knows, and not to write to one that one does not. */
export function maskMailAddress(address: string): string {
  const [local, domain] = partsOf(address)
  const characters = [...local]
  return `${characters.length > 1 ? characters[0] : ''}•••@${domain}`
}

function partsOf(address: string): readonly [local: string, domain: string] {
  const at = address.lastIndexOf('@')
  return [address.slice(0, at), address.slice(at + 1)]
}
