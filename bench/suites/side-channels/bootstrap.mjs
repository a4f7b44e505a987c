import { quantile } from '../../harness.mjs'

const resamples = 1000

/** The median with the interval in which it lies for 95 of 100 samples that are drawn from the sample itself. */
export function median(sample) {
  return interval(middle(sample), () => middle(drawn(sample)))
}

/** The difference of two medians, in the same way. */
export function difference(a, b) {
  return interval(middle(a) - middle(b), () => middle(drawn(a)) - middle(drawn(b)))
}

function interval(value, again) {
  const found = Float64Array.from({ length: resamples }, again).sort()
  return { value, low: quantile(found, 0.025), high: quantile(found, 0.975) }
}

function middle(sample) {
  return quantile(Float64Array.from(sample).sort(), 0.5)
}

/** As many values, each drawn at random and put back. */
function drawn(sample) {
  return Float64Array.from(sample, () => sample[Math.floor(Math.random() * sample.length)])
}
