import { requireText } from '../arguments.ts'

const basic =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
  '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà'
const extended = '\f^{}\\[~]|€'

export interface SmsLength {
  readonly encoding: 'GSM-7' | 'UCS-2'
  /** Septets in GSM-7, where some characters take two. 16-bit units in UCS-2. */
  readonly units: number
  /** How many messages the network sends and bills for the text. */
  readonly segments: number
}

/**
 * Tells how a text is sent. If all of its characters are in GSM-7, a message holds 160 of them. Otherwise it is sent in
 * UCS-2, and a message holds 70. A text of several messages has 153 or 67 in each, and no character is split between
 * two.
 *
 * @contract pure · units septets or 16-bit units · length · throws NL_ARGUMENT · 3GPP TS 23.038 §6
 * @example
 * smsLength('Grüße') // { encoding: 'GSM-7', units: 5, segments: 1 }
 */
export function smsLength(text: string): SmsLength {
  requireText(text, 'text')
  const characters = [...text]
  const septets = characters.map((character) => (basic.includes(character) ? 1 : extended.includes(character) ? 2 : 0))
  if (!septets.includes(0)) {
    return { encoding: 'GSM-7', ...divide(septets, { alone: 160, joined: 153 }) }
  }
  const units = characters.map((character) => character.length)
  return { encoding: 'UCS-2', ...divide(units, { alone: 70, joined: 67 }) }
}

function divide(
  widths: readonly number[],
  { alone, joined }: { readonly alone: number; readonly joined: number },
): { readonly units: number; readonly segments: number } {
  const units = widths.reduce((sum, width) => sum + width, 0)
  if (units <= alone) return { units, segments: 1 }
  let segments = 1
  let filled = 0
  for (const width of widths) {
    if (filled + width > joined) {
      segments++
      filled = 0
    }
    filled += width
  }
  return { units, segments }
}
