import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { joinLines, readPublicSurface } from './public-surface.ts'
import { root } from './source-tree.ts'

/**
 * `@contract pure|effect(ports) · units of time and size arguments · outcomes · throws NL_…|none · spec §`. Units are
 * left out where there are none, the spec where there is none; between the first part and `throws` at least one stays.
 * `NL_RECORD_…` stands for every code that begins so.
 */
const separator = ' · '
const kind = /^(?:pure|effect(?:\([^()]+\))?)$/
const throwing = /^throws (?:none|NL_[A-Z_]+…?(?:, NL_[A-Z_]+…?)*)(?: \([^()]*\))?$/

function faultsOf(line: string, codes: ReadonlySet<string>): string[] {
  const parts = line.split(separator)
  const faults: string[] = []
  if (!kind.test(parts[0] ?? '')) faults.push('does not begin with pure or effect(ports)')
  const at = parts.findIndex((part) => part.startsWith('throws'))
  if (at < 0) faults.push('does not say what it throws')
  else {
    if (!throwing.test(parts[at] ?? '')) faults.push(`"${parts[at]}" is not "throws none" or a list of NL_ codes`)
    if (at < 2) faults.push('says no units and no outcomes')
    if (parts.length > at + 2) faults.push('has more than the spec after its throws')
  }
  for (const code of line.match(/NL_[A-Z_]+…?/g) ?? [])
    if (!isKnown(code, codes)) faults.push(`names ${code}, which is none`)
  return faults
}

function isKnown(code: string, codes: ReadonlySet<string>): boolean {
  return code.endsWith('…') ? [...codes].some((one) => one.startsWith(code.slice(0, -1))) : codes.has(code)
}

function errorCodes(): ReadonlySet<string> {
  return new Set(
    readFileSync(`${root}src/core/errors.ts`, 'utf8')
      .match(/'NL_[A-Z_]+'/g)
      ?.map((text) => text.slice(1, -1)),
  )
}

/** The literals of the result, against what stands in front of `throws`. */
function untoldOutcomes(line: string, outcomes: readonly string[]): string[] {
  const parts = line.split(separator)
  const told = parts[parts.findIndex((part) => part.startsWith('throws')) - 1] ?? ''
  const missing = outcomes.filter((one) => !told.split('|').includes(one))
  const unknown = told.split('|').filter((one) => !outcomes.includes(one))
  return [...missing.map((one) => `does not tell ${one}`), ...unknown.map((one) => `tells ${one}, which never comes`)]
}

describe('the @contract line', () => {
  const codes = errorCodes()

  const { calls } = readPublicSurface()

  it('stands once in the doc comment of every public function and method, in its shape, under a summary', () => {
    const faults = calls.flatMap(({ name, place, summary, contracts }) => {
      const own = [
        ...(summary === '' ? ['has no summary'] : []),
        ...(contracts.length === 1 ? [] : [`has ${contracts.length} @contract lines`]),
        ...contracts.flatMap((line) => faultsOf(line, codes)),
      ]
      return own.map((fault) => `${place} ${name} ${fault}`)
    })
    expect(faults).toEqual([])
  })

  it('is found at every method of the facade', () => {
    const parts = calls.filter(({ isMethod }) => isMethod).map(({ name }) => name.split('.')[0])
    expect([...new Set(parts)].sort()).toEqual(
      'accounts backupCodes history outbox passkeys score sessions signIn sms stepUp totp trustedDevices'.split(' '),
    )
    expect(parts.length).toBeGreaterThan(50)
  })

  it('tells the outcomes that the compiler finds in the result, each of them and no other', () => {
    const faults = calls.flatMap(({ name, place, contracts, outcomes }) =>
      outcomes === null
        ? []
        : contracts.flatMap((line) => untoldOutcomes(line, outcomes).map((fault) => `${place} ${name} ${fault}`)),
    )
    expect(faults).toEqual([])
  })

  it('may go on in further lines', () => {
    expect(joinLines('effect(storage) · ok|signed-out|\n  busy\n  · throws NL_CONFIG, NL_RECORD_…')).toBe(
      'effect(storage) · ok|signed-out|busy · throws NL_CONFIG, NL_RECORD_…',
    )
  })

  it.each([
    'pure · now ms, period s · accepted|wrong|replayed|malformed · throws NL_CONFIG · RFC 6238 §5.2',
    'pure · true|false · throws none',
    'effect(storage, mailer) · now ms · ok · throws NL_STORAGE_FAILED, NL_MAIL_FAILED (after retries)',
    'effect(storage) · ok|busy · throws NL_STORAGE_FAILED, NL_RECORD_…',
  ])('accepts: %s', (line) => {
    expect(faultsOf(line, codes)).toEqual([])
  })

  it.each([
    ['pure · throws none', 'says no units and no outcomes'],
    ['pure · true|false', 'does not say what it throws'],
    ['async · true|false · throws none', 'does not begin with pure or effect(ports)'],
    ['pure · true|false · throws TypeError', '"throws TypeError" is not "throws none" or a list of NL_ codes'],
    ['pure · true|false · throws NL_NOVEL', 'names NL_NOVEL, which is none'],
    ['pure · true|false · throws NL_NOVEL_…', 'names NL_NOVEL_…, which is none'],
    ['pure · true|false · throws none · RFC 4226 · RFC 6238', 'has more than the spec after its throws'],
  ])('refuses: %s', (line, fault) => {
    expect(faultsOf(line, codes)).toEqual([fault])
  })

  it('is compared word by word', () => {
    const line = 'effect(storage) · ok|busy|gone · throws none · RFC 6238'
    expect(untoldOutcomes(line, ['busy', 'ok', 'wrong'])).toEqual([
      'does not tell wrong',
      'tells gone, which never comes',
    ])
  })
})
