import type { Storage } from 'nightlatch'

/** Passes every call on, and keeps the text of what was to be stored. */
export function recordingStorage(inner: Storage): { readonly storage: Storage; readonly written: string[] } {
  const written: string[] = []
  return {
    written,
    storage: {
      ...inner,
      async commit(change) {
        written.push(JSON.stringify(change))
        return inner.commit(change)
      },
      async append(facts) {
        written.push(JSON.stringify(facts))
        return inner.append(facts)
      },
      async settleMessage(request) {
        written.push(JSON.stringify(request))
        return inner.settleMessage(request)
      },
      async takeMessages(request) {
        written.push(JSON.stringify(request))
        return inner.takeMessages(request)
      },
    },
  }
}
