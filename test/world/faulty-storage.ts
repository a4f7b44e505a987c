import { NightlatchError } from 'nightlatch'
import type { Change, Storage } from 'nightlatch'

/**
 * What a storage does to one call. `conflict`: a commit is answered so, with nothing written. `crash`: throws, with
 * nothing written. `lost`: writes, then throws. `slow`: throws at once, and writes later if the version still fits.
 */
export type CommitFault = 'none' | 'conflict' | 'crash' | 'lost' | 'slow'
export type LoadFault = 'none' | 'crash'

export interface Faults {
  /** Waits until a scheduler lets the call go on. Default: does not wait. */
  readonly turn?: (label: string) => Promise<void>
  readonly onCommit?: (change: Change) => CommitFault
  readonly onLoad?: (id: string) => LoadFault
}

export interface FaultyStorage extends Storage {
  /** Resolves when every commit that was left for later has been tried. */
  settled(): Promise<void>
}

export function storageFailure(): NightlatchError {
  return new NightlatchError('NL_STORAGE_FAILED', 'the storage was told to fail')
}

/** A storage whose loads and commits fail as they are told to. */
export function faultyStorage(inner: Storage, faults: Faults): FaultyStorage {
  const { turn = async () => undefined, onCommit = () => 'none', onLoad = () => 'none' } = faults
  const later = new Set<Promise<unknown>>()
  return {
    ...inner,
    async load(id) {
      await turn('load')
      if (onLoad(id) === 'crash') throw storageFailure()
      const record = await inner.load(id)
      await turn('loaded')
      return record
    },
    async commit(change) {
      const fault = onCommit(change)
      if (fault === 'slow') {
        const write = turn('late commit').then(() => inner.commit(change))
        later.add(write)
        await turn('commit')
        throw storageFailure()
      }
      await turn('commit')
      if (fault === 'conflict') return 'conflict'
      if (fault === 'crash') throw storageFailure()
      const answer = await inner.commit(change)
      await turn('committed')
      if (fault === 'lost') throw storageFailure()
      return answer
    },
    async settled() {
      await Promise.all(later)
    },
  }
}

/** A storage that fails at the calls named, and at no others, as long as `broken` says so. */
export function brokenStorage(
  inner: Storage,
  broken: (method: keyof Storage, count: number) => boolean,
  failure: () => Error = storageFailure,
): Storage {
  let count = 0
  const guard =
    <Args extends readonly unknown[], Answer>(name: keyof Storage, call: (...args: Args) => Promise<Answer>) =>
    async (...args: Args): Promise<Answer> => {
      if (broken(name, count++)) throw failure()
      return call(...args)
    }
  return {
    load: guard('load', inner.load),
    commit: guard('commit', inner.commit),
    find: guard('find', inner.find),
    append: guard('append', inner.append),
    listEvents: guard('listEvents', inner.listEvents),
    listFacts: guard('listFacts', inner.listFacts),
    takeMessages: guard('takeMessages', inner.takeMessages),
    settleMessage: guard('settleMessage', inner.settleMessage),
  }
}
