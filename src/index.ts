export { createNightlatch } from './service/create.ts'
export type { Nightlatch } from './service/create.ts'
export type { BackupCodeOptions } from './service/options/backup-code-options.ts'
export type { CookieOptions } from './service/options/cookie-options.ts'
export type { NightlatchOptions } from './service/options/options.ts'
export type { PasskeyOptions } from './service/options/passkey-options.ts'
export type { SignInOptions } from './service/options/sign-in-options.ts'
export type { SmsCeilings, SmsOptions } from './service/options/sms-options.ts'
export type { TotpOptions } from './service/options/totp-options.ts'
export { generateKey, keyring } from './service/keys/keyring.ts'
export type { Keyring } from './service/keys/keyring.ts'
export { asSystem } from './service/keys/as-system.ts'
export type { SystemAct } from './service/keys/as-system.ts'
export { publicOutcome } from './service/facade/sign-in/outcome.ts'
export type { FailedInput, SignIn, StartInput, VerifyInput } from './service/facade/sign-in/sign-in.ts'
export type {
  Challenged,
  Granted,
  MustEnroll,
  PublicOutcome,
  Refused,
  RefusalReason,
  RefusedStatus,
  SignInOutcome,
  SmsDelivery,
} from './service/facade/sign-in/outcome.ts'
export type { Failure, PageCall, SensitiveCall } from './service/facade/call/page-call.ts'
export type { Totp } from './service/facade/factors/totp.ts'
export type { BackupCodes } from './service/facade/factors/backup-codes.ts'
export type { Sms, SmsQueued } from './service/facade/factors/sms.ts'
export type { Passkeys } from './service/facade/factors/passkeys.ts'
export type { PasskeyRequest } from './service/facade/call/ask-passkey.ts'
export type { Confirmed } from './service/facade/factors/enrolled.ts'
export type { Proven, StepUp } from './service/facade/step-up.ts'
export type { Sessions } from './service/facade/sessions.ts'
export type { TrustedDevices } from './service/facade/trusted-devices.ts'
export { trustDevices } from './service/options/relaxations.ts'
export type { DeviceTrustTerms } from './service/options/relaxations.ts'
export type { GenuineEvents, GenuineFacts } from './service/facade/history/genuine.ts'
export type { History, HistoryPageInput } from './service/facade/history/history.ts'
export type { HistoryVerdict, VerifyHistoryInput } from './service/facade/history/verify.ts'
export type { SecurityScore } from './service/facade/score.ts'
export type { Password } from './service/facade/password.ts'
export type { Accounts } from './service/facade/accounts/accounts.ts'
export type { AddressChange, AddressChanged } from './service/facade/accounts/address-changed.ts'
export type { OutboxControl } from './service/facade/outbox.ts'
export type { SweepResult } from './service/messages/sweeper.ts'
export type { ClientInfo } from './service/keys/client.ts'
export type { AccountDescription, Describe } from './service/messages/describe.ts'
export type { GrantInput } from './service/keys/acting.ts'
export { readPhone } from './service/facade/read-phone.ts'
export type { ReadPhoneOutcome } from './service/facade/read-phone.ts'
export { memoryLimiter } from './service/limits/memory-limiter.ts'
export { isNightlatchError, NightlatchError } from './core/errors.ts'
export type { NightlatchErrorCode } from './core/errors.ts'
export type { Aal, Amr, Factor, HostPrimary, Method, Primary } from './core/factor.ts'
export type { StepUpPurpose } from './core/flow.ts'
export type { Advice } from './core/account/password/advice.ts'
export type { BackupCodesView } from './core/account/backup-codes/view.ts'
export type { PasskeyView } from './core/account/passkeys/view.ts'
export type { SessionView, TrustedDeviceView } from './core/account/sessions/view.ts'
export type { SmsNumberView } from './core/account/sms/view.ts'
export type { TotpAuthenticatorView } from './core/account/totp/view.ts'
export type { FactFault } from './core/record/check-facts.ts'
export type { HistoryFault } from './core/record/check-history.ts'
export type { ResealPage } from './service/facade/accounts/reseal.ts'
export type { Compromised, OnCompromised } from './ports/compromised.ts'
export type { Directory, ListRecords } from './ports/directory.ts'
export type { Clock } from './ports/clock.ts'
export type { HumanCheck, HumanRequest } from './ports/human.ts'
export type { Limiter, LimiterAnswer, LimiterCharge } from './ports/limiter.ts'
export type { Mail, Mailer } from './ports/mailer.ts'
export type { PasskeyVerifier } from './ports/passkeys.ts'
export type {
  AssertionFacts,
  AssertionResponse,
  CredentialDescriptor,
  PasskeyCreationOptions,
  PasskeyRequestOptions,
  RegistrationFacts,
  RegistrationResponse,
  RelyingParty,
  UserVerification,
} from './core/passkeys/index.ts'
export type { NumberType } from './core/e164.ts'
export type { SmsMessage, SmsRisk, SmsRiskRequest, SmsSender } from './ports/sms.ts'
export type { RetentionInput, RetentionResult } from './service/facade/accounts/retention.ts'
export type { HistoryAnchor, Sink, SinkEntry } from './ports/sink.ts'
export type { Random } from './ports/random.ts'
export type { Report, Reporter, ReportKind } from './ports/report.ts'
export type * from './ports/storage.ts'
