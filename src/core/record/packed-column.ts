/**
 * Forms of a list that are shorter than JSON, each with the values that it fits:
 *
 * - `{ "#=": [9, value] }`: one value, nine times
 * - `{ "#?": ["0010", value, value] }`: few values, and which of them is where
 * - `{ "#+": "pJSSGw0,5,,-3" }`: large numbers, each as its difference to the one before, in base 64; nothing for null
 * - `{ "#.": "22.…" }`: texts of one length
 * - `{ "#|": "one|two|<1…" }`: texts, and of one that is like an earlier text the difference to it
 */
export type PackedColumn =
  | { readonly '#=': readonly [count: number, value: unknown] }
  | { readonly '#?': readonly [places: string, ...values: unknown[]] }
  | { readonly '#+': string }
  | { readonly '#.': string }
  | { readonly '#|': string }

const digits = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_~'
const base = digits.length
const valueOf = new Uint8Array(128)
for (let value = 0; value < base; value++) valueOf[digits.charCodeAt(value)] = value
/** Larger numbers are written as their differences: times, and numbers of commits. */
const large = 1000
const separator = '|'
const reference = '<'
/** The sign, and a digit each for how far back the other text is, and how much of its beginning and end it shares. */
const referenceLength = 4

/** Null: no form fits. */
export function packColumn(list: readonly unknown[]): PackedColumn | null {
  const [first] = list
  if (list.every((item) => item === first)) return { '#=': [list.length, first] }
  const sample = list.find((item) => item !== null)
  if (typeof sample === 'string') return packTexts(list)
  if (typeof sample === 'number' && sample > large) return packNumbers(list)
  return packFew(list)
}

export function unpackColumn(column: PackedColumn): unknown[] {
  if ('#=' in column) return new Array<unknown>(column['#='][0]).fill(column['#='][1])
  if ('#?' in column) return unpackFew(column['#?'])
  if ('#+' in column) return unpackNumbers(column['#+'])
  return '#.' in column ? cutTexts(column['#.']) : unpackTexts(column['#|'])
}

function packFew(list: readonly unknown[]): PackedColumn | null {
  const values: unknown[] = []
  const placeOf = new Map<unknown, number>()
  const placeOfText = new Map<string | undefined, number>()
  let places = ''
  for (const item of list) {
    // What was unpacked is often the same object, whose text need not be made again.
    let place = placeOf.get(item)
    if (place === undefined) {
      const text = JSON.stringify(item) as string | undefined
      place = placeOfText.get(text) ?? values.length
      if (place === base || place * 2 >= list.length) return null
      if (place === values.length) values.push(item)
      placeOf.set(item, place)
      placeOfText.set(text, place)
    }
    places += digits[place]
  }
  return values.length === 1 ? { '#=': [list.length, values[0]] } : { '#?': [places, ...values] }
}

function unpackFew([places, ...values]: readonly [string, ...unknown[]]): unknown[] {
  const list: unknown[] = []
  for (let at = 0; at < places.length; at++) list.push(values[digitAt(places, at)])
  return list
}

function packNumbers(list: readonly unknown[]): PackedColumn | null {
  const steps: string[] = []
  let before = 0
  for (const item of list) {
    if (item === null) {
      steps.push('')
      continue
    }
    const step = (item as number) - before
    if (!Number.isSafeInteger(item) || !Number.isSafeInteger(step)) return null
    steps.push(writeNumber(step))
    before = item as number
  }
  return { '#+': steps.join(',') }
}

function unpackNumbers(steps: string): (number | null)[] {
  let time = 0
  return steps.split(',').map((step) => (step === '' ? null : (time += readNumber(step))))
}

function packTexts(list: readonly unknown[]): PackedColumn | null {
  if (!list.every(isPlainText)) return packFew(list)
  const [{ length }] = list as [string]
  const distinct = new Set(list).size
  if (distinct === list.length && length > 0 && list.every((text) => text.length === length)) {
    return { '#.': `${length}.${list.join('')}` }
  }
  return { '#|': list.map((_, at) => asDifference(list, at)).join(separator) }
}

function isPlainText(item: unknown): item is string {
  return typeof item === 'string' && !item.includes(separator) && !item.startsWith(reference)
}

function cutTexts(joined: string): string[] {
  const start = joined.indexOf('.') + 1
  const length = Number.parseInt(joined, 10)
  const texts: string[] = []
  for (let at = start; at < joined.length; at += length) texts.push(joined.slice(at, at + length))
  return texts
}

/** The text at this place. If that is shorter: which text before it shares how much with it, and what is between. */
function asDifference(texts: readonly string[], at: number): string {
  const text = texts[at]!
  let shortest = text
  let mostShared = referenceLength
  for (let back = 1; back < Math.min(at + 1, base); back++) {
    const other = texts[at - back]!
    const start = sharedStart(text, other)
    const end = sharedEnd(text, other, start)
    if (start + end <= mostShared) continue
    mostShared = start + end
    const between = text.slice(start, text.length - end)
    shortest = `${reference}${digits[back]}${digits[start]}${digits[end]}${between}`
  }
  return shortest
}

function sharedStart(a: string, b: string): number {
  const most = Math.min(a.length, b.length, base - 1)
  let length = 0
  while (length < most && a.charCodeAt(length) === b.charCodeAt(length)) length++
  return length
}

/** How much of their ends two texts share, beside what they share of their beginnings. */
function sharedEnd(a: string, b: string, start: number): number {
  const most = Math.min(a.length - start, b.length - start, base - 1)
  let length = 0
  while (length < most && a.charCodeAt(a.length - 1 - length) === b.charCodeAt(b.length - 1 - length)) length++
  return length
}

function unpackTexts(joined: string): string[] {
  const texts: string[] = []
  for (const item of joined.split(separator)) {
    if (!item.startsWith(reference)) {
      texts.push(item)
      continue
    }
    const other = texts[texts.length - digitAt(item, 1)]!
    const end = other.slice(other.length - digitAt(item, 3))
    texts.push(other.slice(0, digitAt(item, 2)) + item.slice(referenceLength) + end)
  }
  return texts
}

function writeNumber(value: number): string {
  let text = ''
  let left = Math.abs(value)
  do {
    text = digits[left % base]! + text
    left = Math.floor(left / base)
  } while (left > 0)
  return value < 0 ? `-${text}` : text
}

function readNumber(text: string): number {
  const isNegative = text.startsWith('-')
  let value = 0
  for (let at = isNegative ? 1 : 0; at < text.length; at++) value = value * base + digitAt(text, at)
  return isNegative ? -value : value
}

function digitAt(text: string, at: number): number {
  return valueOf[text.charCodeAt(at)]!
}
