/**
 * Sorts the rules that `order` names by their first address, byte by byte from the lowest. Each pass keeps the order of
 * the pass before. For a million rules a sort by comparison took 1.7 to 4 times as long.
 */
export function sortRules(rules: Uint32Array, order: Uint32Array, skip: number, width: number): Uint32Array {
  let from: Uint32Array = order
  let to: Uint32Array = new Uint32Array(order.length)
  const places = new Uint32Array(257)
  for (let word = skip + width - 1; word >= skip; word--) {
    for (let shift = 0; shift < 32; shift += 8) {
      places.fill(0)
      for (let i = 0; i < from.length; i++) places[((rules[8 * from[i]! + word]! >>> shift) & 255) + 1]!++
      // If all have the same byte, there is nothing to sort.
      if (places.includes(from.length)) continue
      for (let byte = 1; byte < 256; byte++) places[byte]! += places[byte - 1]!
      for (let i = 0; i < from.length; i++) to[places[(rules[8 * from[i]! + word]! >>> shift) & 255]!++] = from[i]!
      ;[from, to] = [to, from]
    }
  }
  return from
}
