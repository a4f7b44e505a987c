import { Session } from 'node:inspector/promises'

/** Starting and stopping the profiler itself, and waiting. */
const ignored = new Set(['dispatch', '(idle)'])

/** Samples between `start` and `stop`, and adds up how long each function ran itself. */
export async function profiler() {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: 200 })
  const micros = new Map()

  return {
    start: () => session.post('Profiler.start'),

    async stop() {
      const { profile } = await session.post('Profiler.stop')
      const places = new Map(profile.nodes.map(({ id, callFrame }) => [id, placeOf(callFrame)]))
      profile.samples.forEach((id, n) => {
        const place = places.get(id)
        if (ignored.has(place)) return
        micros.set(place, (micros.get(place) ?? 0) + profile.timeDeltas[n])
      })
    },

    top(count = 15) {
      const total = [...micros.values()].reduce((sum, one) => sum + one, 0)
      const longest = [...micros].sort(([, a], [, b]) => b - a).slice(0, count)
      return longest.map(([place, own]) => ({ place, share: own / total }))
    },
  }
}

function placeOf({ functionName, url, lineNumber }) {
  const file = url.split('/').slice(-2).join('/')
  return `${functionName || '(anonymous)'}${file === '' ? '' : ` ${file}:${lineNumber + 1}`}`
}
