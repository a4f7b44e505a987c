import { wordsOf } from './words.ts'

// Words that people often choose, in the two languages of the messages. A forger would try these first.
const common: ReadonlySet<string> = new Set(
  `
  abcd abcde abcdef abc password passwort passphrase pass word motdepasse mot de passe mdp secret secrete secrets
  qwerty qwertz azerty qwer asdf asdfgh zxcv zxcvbn qsdf wxcv admin administrator administrateur root user utilisateur
  guest invite test tests testing teste demo example exemple welcome bienvenue hello bonjour salut hi world monde
  login logon signin connexion letmein account compte mail email courriel message messages
  code codes phishing antiphishing anti hameconnage security securite secure securise safe safety key cle
  love iloveyou jetaime amour soleil sunshine princess princesse dragon monkey football baseball master shadow
  superman batman pokemon starwars doudou chouchou loulou chocolat marseille nicolas thomas michael charlie
  summer winter spring autumn ete hiver printemps automne bitcoin crypto bank banque
  my the and is mon ma mes le la les un une et est de du
  `
    .trim()
    .split(/\s+/),
)

// One character repeated, or a run up or down: 1111, 12345, fedcba.
function isRun(text: string): boolean {
  const points = Array.from(text, (character) => character.codePointAt(0)!)
  const step = (points[1] ?? 0) - (points[0] ?? 0)
  return Math.abs(step) <= 1 && points.every((point, at) => at === 0 || point - points[at - 1]! === step)
}

/** Whether a code is easy to guess: only common words, one repeated character, a run, or signs alone. */
export function isCommon(code: string): boolean {
  const bare = code.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '')
  const words = wordsOf(code)
  return isRun(bare) || (words.length > 0 && (words.every((word) => common.has(word)) || common.has(words.join(''))))
}
