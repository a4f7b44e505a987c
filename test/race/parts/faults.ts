/** One way in which a part of the host can be wrong. It gets what a right part would do. */
export interface Fault {
  readonly title: string
  /** `late`: only the deadline ends the wait for it. `answers`: right for a part whose answer nobody reads. */
  readonly kind: 'late' | 'fails' | 'answers'
  readonly act: (right: () => unknown) => unknown
}

export const hourMs = 3_600_000

const after = <Value>(ms: number, then: () => Value): Promise<Awaited<Value>> =>
  new Promise((resolve, reject) => {
    setTimeout(() => {
      try {
        resolve(then() as Awaited<Value>)
      } catch (error) {
        reject(error as Error)
      }
    }, ms)
  })

/** Reads as nothing but errors. A promise can still resolve with it. */
const poison: unknown = new Proxy(
  {},
  {
    get(_, name) {
      if (name === 'then') return undefined
      throw new Error('a secret of the host')
    },
    ownKeys() {
      throw new Error('a secret of the host')
    },
  },
)

function fail(): never {
  throw new Error('a secret of the host')
}

export const faults: readonly Fault[] = [
  { title: 'never answers', kind: 'late', act: () => new Promise(() => undefined) },
  { title: 'answers after its deadline', kind: 'late', act: (right) => after(hourMs, right) },
  { title: 'rejects after its deadline', kind: 'late', act: () => after(hourMs, fail) },
  { title: 'throws at once', kind: 'fails', act: fail },
  { title: 'rejects', kind: 'fails', act: () => Promise.reject(new Error('a secret of the host')) },
  { title: 'rejects with nothing', kind: 'fails', act: () => Promise.reject(undefined as unknown as Error) },
  { title: 'answers undefined', kind: 'answers', act: () => undefined },
  { title: 'answers a number', kind: 'answers', act: () => 42 },
  { title: 'answers what throws when it is read', kind: 'answers', act: () => poison },
  { title: 'answers a huge text', kind: 'answers', act: () => 'x'.repeat(1_000_000) },
  { title: 'answers a huge list', kind: 'answers', act: () => new Array(100_000).fill(7) },
  { title: 'has a `then` that throws', kind: 'fails', act: () => ({ then: fail }) },
  {
    title: 'rejects and then answers',
    kind: 'fails',
    act: (right) => ({
      then(resolve: (value: unknown) => void, reject: (error: Error) => void) {
        reject(new Error('a secret of the host'))
        resolve(right())
      },
    }),
  },
]
