export { createNightlatch } from './service/create.ts'
export type { CookieAttributes, Nightlatch } from './service/create.ts'
export type { NightlatchOptions, PasskeyOptions, SmsCeilings, SmsOptions } from './service/options.ts'
export { generateKey, keyring } from './service/keyring.ts'
export type { Keyring } from './service/keyring.ts'
export { asSystem } from './service/as-system.ts'
export type { SystemAct } from './service/as-system.ts'
export { publicOutcome } from './service/sign-in-outcome.ts'
export type { FailedInput, SignIn, StartInput, VerifyInput } from './service/sign-in.ts'
export type {
  Challenged,
  Granted,
  MustEnroll,
  PublicOutcome,
  Refused,
  RefusalReason,
  SignInOutcome,
  SmsDelivery,
} from './service/sign-in-outcome.ts'
export type { Failure, PageCall, SensitiveCall } from './service/page-call.ts'
export type { Totp } from './service/totp.ts'
export type { BackupCodes } from './service/backup-codes.ts'
export type { Sms, SmsQueued } from './service/sms.ts'
export type { Passkeys } from './service/passkeys.ts'
export type { PasskeyRequest } from './service/passkey-sign-in.ts'
export type { Confirmed } from './service/enrolled.ts'
export type { Proven, StepUp } from './service/step-up.ts'
export type { Sessions } from './service/sessions.ts'
export type { TrustedDevices } from './service/trusted-devices.ts'
export { trustDevices } from './service/trust-devices.ts'
export type { DeviceTrustTerms } from './service/trust-devices.ts'
export type { History, HistoryPageInput } from './service/history.ts'
export type { Accounts, SecurityScore } from './service/accounts.ts'
export type { Outbox, SweepResult } from './service/outbox.ts'
export type { ClientInfo } from './service/client.ts'
export type { AccountDescription, Describe } from './service/describe.ts'
export type { GrantInput } from './service/kernel.ts'
export { readPhone } from './service/phone.ts'
export type { ReadPhoneOutcome } from './service/phone.ts'
export { memoryLimiter } from './service/memory-limiter.ts'
export { isNightlatchError, NightlatchError } from './core/errors.ts'
export type { NightlatchErrorCode } from './core/errors.ts'
export type { Aal, Amr, Factor, HostPrimary, Method, Primary } from './core/account/factor.ts'
export type { StepUpPurpose } from './core/account/session.ts'
export type {
  BackupCodesView,
  PasskeyView,
  SessionView,
  SmsNumberView,
  TotpDeviceView,
  TrustedDeviceView,
} from './core/account/views.ts'
export type { ChainFault } from './core/record/verify-chain.ts'
export type { ResealPage } from './service/reseal.ts'
export type { Directory, ListRecords } from './ports/directory.ts'
export type { Clock } from './ports/clock.ts'
export type { Limiter, LimiterAnswer, LimiterCharge } from './ports/limiter.ts'
export type { Mail, Mailer } from './ports/mailer.ts'
export type { PasskeyVerifier } from './ports/passkeys.ts'
export type { NumberType, SmsRisk, SmsRiskRequest, SmsSender } from './ports/sms.ts'
export type { Sink, SinkEntry } from './ports/sink.ts'
export type { Random } from './ports/random.ts'
export type * from './ports/storage.ts'
