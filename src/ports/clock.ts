/** ms since epoch */
export type Clock = () => number
