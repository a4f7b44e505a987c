export type { Amr, Factor, HostPrimary, Primary } from '../factor.ts'
export type { CodePurpose, Flow, StepUpPurpose } from '../flow.ts'
export { cleanText } from '../text.ts'
export type {
  CatalogueEntry,
  DraftEvent,
  DraftFact,
  EventType,
  EventValues,
  EventValuesByType,
  Fact,
  FactType,
  FactValues,
  FactValuesByType,
  FieldKind,
  Level,
  Outcome,
  SecurityEvent,
  SharedValues,
} from './catalogue.ts'
export { eventCatalogue, factCatalogue, sharedFields } from './catalogue.ts'
export type { CsvOptions } from './csv.ts'
export { eventsToCsv } from './csv.ts'
export type { FailedAttempts } from './failed-attempts.ts'
export type { FieldValue, StoredEvent, StoredFact } from './stored-text.ts'
export { decodeEvent, decodeFact, decodeValue, encodeEvent, encodeFact, encodeValue } from './stored-text.ts'
export type { AttemptsRow, LoginRow, LoginSummary } from './summarize.ts'
export { summarizeLogins } from './summarize.ts'
