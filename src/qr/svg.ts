import type { Matrix } from './matrix.ts'

/** Dark modules as one path on a white ground, so that it can be read on dark pages too. */
export function svgOf(matrix: Matrix, { margin, title }: { readonly margin: number; readonly title: string }): string {
  const side = matrix.size + 2 * margin
  return [
    `<svg role="img" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}" shape-rendering="crispEdges">`,
    `<title>${escapeMarkup(title)}</title>`,
    `<path fill="#ffffff" d="M0 0h${side}v${side}H0z"/>`,
    `<path stroke="#000000" d="${strokes(matrix, margin)}"/>`,
    '</svg>',
  ].join('')
}

/** One stroke along the middle of each run of dark modules. */
function strokes({ size, at }: Matrix, margin: number): string {
  let path = ''
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      if (at(x, y) === 0 || at(x - 1, y) === 1) continue
      let length = 1
      while (at(x + length, y) === 1) length++
      path += `M${x + margin} ${y + margin + 0.5}h${length}`
    }
  }
  return path
}

function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
