/** Lists of rules and questions to them, the same on every machine and in every run. */

function generator(seed) {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

const prefixes4 = [16, 20, 22, 24, 24, 24, 28, 32]
const prefixes6 = [32, 36, 40, 44, 48, 48, 56, 64]

/** First groups of the blocks that registries give out. */
const registries6 = [0x2001, 0x2400, 0x2404, 0x2600, 0x2607, 0x2800, 0x2a00, 0x2a02, 0x2a06, 0x2c0f]

const dotted = (value) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.')
const hex = (groups) => groups.map((group) => group.toString(16)).join(':')

/** An IPv4 block, or an IPv6 block no finer than /64: what allow and deny lists are made of. */
function block(random, family, any) {
  if (family === 4) {
    const prefix = prefixes4[any]
    const value = (((1 + random(223)) << 24) | random(2 ** 24)) >>> 0
    return { family, prefix, value: prefix === 32 ? value : (value & ~(0xffffffff >>> prefix)) >>> 0 }
  }
  const prefix = prefixes6[any]
  const groups = [registries6[random(registries6.length)], random(65536), random(65536), random(65536)]
  for (let i = 0; i < 4; i++) groups[i] &= (0xffff << (16 - Math.max(0, Math.min(16, prefix - 16 * i)))) & 0xffff
  return { family, prefix, groups }
}

const textOf = (one) => (one.family === 4 ? `${dotted(one.value)}/${one.prefix}` : `${hex(one.groups)}::/${one.prefix}`)

/** An address of the block, in the spelling that servers report. */
function member(random, one) {
  if (one.family === 4) return dotted(one.value + random(2 ** (32 - one.prefix)))
  const groups = one.groups.map((group, i) => group | random(2 ** Math.max(0, Math.min(16, 16 * (i + 1) - one.prefix))))
  const tail = random(2) === 0 ? [1 + random(65535)] : [0, 0, 0, 0].map(() => 1 + random(65535))
  return hex(groups) + (tail.length === 4 ? ':' : '::') + hex(tail)
}

/** Half of the rules and of the questions are IPv4; half of the questions are meant to hit. */
export function networkData(count, questionCount = 4096) {
  const random = generator(count)
  const blocks = Array.from({ length: count }, (_, i) => block(random, i % 2 === 0 ? 4 : 6, random(8)))
  const questions = Array.from({ length: questionCount }, (_, i) => {
    const family = random(2) === 0 ? 4 : 6
    const known = blocks[random(count)]
    return member(random, i % 2 === 0 ? known : block(random, family, family === 4 ? 7 : 7))
  })
  return { rules: blocks.map(textOf), questions }
}

function boundsOf(text, bits, prefix) {
  const value = text.includes(':') ? ipv6(text) : text.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n)
  const hosts = BigInt(bits - prefix)
  return [value, value | ((1n << hosts) - 1n)]
}

function ipv6(text) {
  const [head, tail] = text.split('::').map((part) => (part === '' ? [] : part.split(':')))
  const groups = tail ? [...head, ...Array(8 - head.length - tail.length).fill('0'), ...tail] : head
  return groups.reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n)
}

/** The right answers, found without any package: every rule is compared with every question, as whole numbers. */
export function rightAnswers(rules, questions) {
  const asked = questions.map((text) => ({ six: text.includes(':'), value: boundsOf(text, 0, 0)[0], inside: false }))
  for (const rule of rules) {
    const slash = rule.indexOf('/')
    const six = rule.includes(':')
    const [first, last] = boundsOf(rule.slice(0, slash), six ? 128 : 32, Number(rule.slice(slash + 1)))
    for (const one of asked) if (one.six === six && one.value >= first && one.value <= last) one.inside = true
  }
  return asked.map(({ inside }) => inside)
}
