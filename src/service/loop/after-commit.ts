import type { OnCompromised } from '../../ports/compromised.ts'
import type { RecordId } from '../../ports/storage.ts'
import type { Outbox } from '../messages/outbox.ts'
import { createTellCompromised } from './compromised.ts'
import type { Tell } from './reports.ts'
import type { SinkWriter } from './sink-writer.ts'
import type { Written } from './attempt.ts'

interface AfterCommitParts {
  readonly outbox: Outbox
  readonly sink: SinkWriter
  readonly onCompromised: OnCompromised | undefined
  readonly tell: Tell
}

/** What begins when a commit is stored: its messages are sent, and the host is told. No call waits for it. */
export function createAfterCommit({
  outbox,
  sink,
  onCompromised,
  tell,
}: AfterCommitParts): (recordId: RecordId, written: Written) => void {
  const tellCompromised = createTellCompromised(onCompromised, tell)
  return (recordId, written) => {
    outbox.dispatch(recordId, written.messages, written.lease)
    sink.commit(recordId, written)
    tellCompromised(recordId, written.events)
  }
}
