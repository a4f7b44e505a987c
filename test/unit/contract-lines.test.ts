import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { joinLines, readPublicSurface } from './public-surface.ts'
import { root } from './source-tree.ts'

/**
 * `@contract pure|effect(ports) · units of time and size arguments · outcomes · throws NL_…|none · spec §`. Units and
 * spec are optional. At least one part is between the first part and `throws`. `NL_RECORD_…` is every code that begins
 * with it.
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

/** Compares the literals of the result with the part before `throws`. */
function wrongOutcomes(line: string, outcomes: readonly string[]): string[] {
  const parts = line.split(separator)
  const stated = parts[parts.findIndex((part) => part.startsWith('throws')) - 1] ?? ''
  const missing = outcomes.filter((one) => !stated.split('|').includes(one))
  const unknown = stated.split('|').filter((one) => !outcomes.includes(one))
  return [...missing.map((one) => `does not list ${one}`), ...unknown.map((one) => `lists ${one}, which never occurs`)]
}

describe('the @contract line', () => {
  const codes = errorCodes()

  const { calls } = readPublicSurface()

  it('appears once, well formed and below a summary, in the doc comment of every public function and method', () => {
    const faults = calls.flatMap(({ name, location, summary, contracts }) => {
      const own = [
        ...(summary === '' ? ['has no summary'] : []),
        ...(contracts.length === 1 ? [] : [`has ${contracts.length} @contract lines`]),
        ...contracts.flatMap((line) => faultsOf(line, codes)),
      ]
      return own.map((fault) => `${location} ${name} ${fault}`)
    })
    expect(faults).toEqual([])
  })

  it('is read from the methods of every part of the facade', () => {
    const parts = calls.filter(({ isMethod }) => isMethod).map(({ name }) => name.split('.')[0])
    const security = 'backupCodes passkeys password score sms stepUp totp trustedDevices'
    const expected = `accounts history outbox sessions signIn ${security}`.split(' ').sort()
    expect([...new Set(parts)].sort()).toEqual(expected)
    expect(parts.length).toBeGreaterThan(50)
  })

  it('lists exactly the outcomes that the compiler finds in the result', () => {
    const faults = calls.flatMap(({ name, location, contracts, outcomes }) =>
      outcomes === null
        ? []
        : contracts.flatMap((line) => wrongOutcomes(line, outcomes).map((fault) => `${location} ${name} ${fault}`)),
    )
    expect(faults).toEqual([])
  })

  it('may continue on further lines', () => {
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

  it('is compared with the outcomes word by word', () => {
    const line = 'effect(storage) · ok|busy|gone · throws none · RFC 6238'
    expect(wrongOutcomes(line, ['busy', 'ok', 'wrong'])).toEqual([
      'does not list wrong',
      'lists gone, which never occurs',
    ])
  })
})
