import { noticedIn } from './verdicts.mjs'

const longest = 100

/** For each file: its score, and each change that no test noticed. */
export function report(mutants, verdicts) {
  const noticed = noticedIn(verdicts)
  const met = new Set(verdicts.flatMap(({ id, ids }) => ids ?? [id]))
  const paths = [...new Set(mutants.map(({ path }) => path))]
  const lines = paths.map((path) => {
    const inFile = mutants.filter((one) => one.path === path)
    const left = inFile.filter(({ id }) => !noticed.has(id))
    return [
      `${path}: ${score(inFile.length - left.length, inFile.length)}`,
      ...left.map(
        (one) => `  ${one.line}: ${brief(one.from)}  →  ${brief(one.to)}${met.has(one.id) ? '' : '  (never run)'}`,
      ),
    ].join('\n')
  })
  return [...lines, `all: ${score(noticed.size, mutants.length)}`].join('\n')
}

function score(noticed, all) {
  return `${all === 0 ? 100 : Math.floor((100 * noticed) / all)} % (${noticed} of ${all} changes noticed)`
}

function brief(text) {
  const line = text.replace(/\s+/g, ' ')
  return line.length > longest ? `${line.slice(0, longest)}…` : line
}
