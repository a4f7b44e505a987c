/** The numbers from 0 up, as many as asked for: for calls that are made at the same moment. */
export const times = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i)
