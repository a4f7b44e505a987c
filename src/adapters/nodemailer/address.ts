import { NightlatchError } from '../../core/errors.ts'
import type { NightlatchErrorCode } from '../../core/errors.ts'
import { isMailAddress } from '../../core/mail-address.ts'

export interface MailAddress {
  readonly name: string
  readonly address: string
}

/** Refuses any text that could end a header [MAIL-1]. */
export function requireLine(text: unknown, title: string, code: NightlatchErrorCode): asserts text is string {
  if (typeof text !== 'string' || /[\p{Cc}\p{Zl}\p{Zp}]/u.test(text)) {
    throw new NightlatchError(code, `${title} must be one line of text without control characters`)
  }
}

/** Reads `security@acme.example`, `Acme <security@acme.example>` or an address with its name. */
export function readSender(value: unknown, title: string): MailAddress {
  const { name, address } = typeof value === 'string' ? splitSender(value) : ((value ?? {}) as Partial<MailAddress>)
  requireLine(name ?? '', `${title}: the name`, 'NL_CONFIG')
  if (!isMailAddress(address)) {
    throw new NightlatchError('NL_CONFIG', `${title} must be like 'Acme <security@acme.example>'`)
  }
  return { name: name ?? '', address }
}

function splitSender(text: string): MailAddress {
  const open = text.lastIndexOf('<')
  if (open < 0 || !text.endsWith('>')) return { name: '', address: text.trim() }
  const name = text.slice(0, open).trim()
  return { name: name.replace(/^"(.*)"$/, '$1'), address: text.slice(open + 1, -1).trim() }
}

/** The domain in ASCII, for a Message-ID. */
export function asciiDomain(address: string): string {
  const domain = address.slice(address.lastIndexOf('@') + 1)
  try {
    return new URL(`http://${domain}`).hostname
  } catch {
    throw new NightlatchError('NL_CONFIG', 'from must have a valid domain')
  }
}
