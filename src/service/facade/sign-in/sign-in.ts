import type { HostPrimary } from '../../../core/factor.ts'
import type { ClientInfo } from '../../keys/client.ts'
import type { PasskeyRequest } from '../call/ask-passkey.ts'
import type { Failure } from '../call/page-call.ts'
import type { Challenged, Granted, MustEnroll, Refused } from './outcome.ts'

export interface StartInput {
  /**
   * The name, which is counted, and never stored as typed. If your login folds more than case and width, such as
   * accents, pass the name that your user has, not the spelling that was typed: else each spelling has tries of its
   * own.
   */
  readonly name: unknown
  /** The host's id of the user whose primary authentication was right. */
  readonly accountId: string
  readonly primary: HostPrimary
  /** For the host's check that a person acts (the option `human`): what the page sent for it. */
  readonly answer?: unknown
  readonly client?: ClientInfo | undefined
}

export interface FailedInput {
  /** As for `start`. If no user has the name, pass it as your login folds it. */
  readonly name: unknown
  /** Absent if no user has this name. */
  readonly accountId?: string | null | undefined
  readonly answer?: unknown
  readonly client?: ClientInfo | undefined
}

export interface VerifyInput {
  readonly challenge: unknown
  readonly code: unknown
  /** Only to insist on one factor. By default the shape of the text decides. */
  readonly factor?: unknown
  /** The person ticked "trust this browser". It does nothing without the option `trustedDevices`. */
  readonly trustDevice?: boolean | undefined
  readonly client?: ClientInfo | undefined
}

export interface SignIn {
  /**
   * For a primary authentication that your own login found right. It answers with a grant, or asks for a factor. If
   * codes by SMS are what the account is asked for first, one is sent.
   *
   * @contract effect(limiter, storage, sms) · granted|challenge|enroll|refused
   *   · throws NL_ARGUMENT, NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   * @example
   * const login = await nl.signIn.start({ name: user.email, accountId: user.id, primary: 'password', client })
   * if (login.status === 'granted') req.session.grant = login.grant
   * if (login.status === 'challenge') req.session.challenge = login.challenge
   */
  start(input: StartInput): Promise<Granted | Challenged | MustEnroll | Refused>
  /**
   * For a primary authentication that your own login found wrong. It writes a fact and counts for no factor.
   *
   * @contract effect(limiter, storage) · refused · throws NL_ARGUMENT, NL_STORAGE_FAILED
   * @example
   * const refused = await nl.signIn.failed({ name: req.body.email, accountId: user.id, client })
   * res.status(refused.httpStatus).json(publicOutcome(refused))
   */
  failed(input: FailedInput): Promise<Refused>
  /**
   * A code for a challenge. One field takes a code of an app, a code by SMS and a backup code.
   *
   * @contract effect(limiter, storage, mailer) · granted|challenge|refused
   *   · throws NL_ARGUMENT, NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   * @example
   * const login = await nl.signIn.verify({ challenge, code: req.body.code, client })
   * if (login.status === 'granted') req.session.grant = login.grant
   * else res.json(publicOutcome(login))
   */
  verify(input: VerifyInput): Promise<Granted | Challenged | Refused>
  /**
   * Sends a code by SMS for a challenge, the first or one more. The code before is void. `sms` of the answer tells
   * whether one was sent.
   *
   * @contract effect(limiter, storage, sms) · challenge|refused
   *   · throws NL_ARGUMENT, NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   * @example
   * const asked = await nl.signIn.sendCode({ challenge, client })
   * if (asked.status === 'challenge' && asked.sms?.status === 'queued') res.json({ sentTo: asked.sms.to })
   */
  sendCode(input: {
    readonly challenge: unknown
    readonly client?: ClientInfo | undefined
  }): Promise<Challenged | Refused>
  /**
   * For an account that only passkeys open, when its passkeys are lost. After a primary authentication that your own
   * login found right, a backup code gives a grant that is good for registering a new passkey only. Everything else
   * reads like a wrong password.
   *
   * @contract effect(limiter, storage, mailer) · enroll|refused
   *   · throws NL_ARGUMENT, NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   * @example
   * const { id: accountId, email: name } = user
   * const back = await nl.signIn.recover({ name, accountId, primary: 'password', code: req.body.code, client })
   * if (back.status === 'enroll') req.session.grant = back.grant
   */
  recover(input: StartInput & { readonly code: unknown }): Promise<MustEnroll | Refused>
  /**
   * What the browser needs to ask for a passkey. With a challenge the passkey is its second factor. Without one it is
   * the whole sign-in of the account that owns it, with `mediation: 'conditional'` also from the autofill of the name's
   * field.
   *
   * @contract effect(storage, with a challenge) · ok|not-configured|no-passkey|challenge-ended
   *   · throws NL_STORAGE_FAILED, NL_RECORD_… · WebAuthn L3 §7.2
   * @example
   * const asked = await nl.signIn.passkeyOptions({ challenge })
   * if (asked.ok) {
   *   req.session.ceremony = asked.ceremony
   *   res.json(asked.options)
   * }
   */
  passkeyOptions(input?: {
    readonly challenge?: unknown
  }): Promise<PasskeyRequest | Failure<'not-configured' | 'no-passkey' | 'challenge-ended'>>
  /**
   * The answer of an authenticator. With a challenge it is the second factor. Alone it must have verified its user, and
   * it names the account itself. Each `ceremony` is good for one answer, right or wrong.
   *
   * @contract effect(limiter, storage) · granted|challenge|refused
   *   · throws NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_… · WebAuthn L3 §7.2
   * @example
   * const { ceremony } = req.session
   * const login = await nl.signIn.verifyPasskey({ ceremony, response: req.body.response, challenge, client })
   * if (login.status === 'granted') req.session.grant = login.grant
   */
  verifyPasskey(input: {
    readonly ceremony: unknown
    /** The credential's `toJSON()`, or its JSON text. */
    readonly response: unknown
    readonly challenge?: unknown
    readonly trustDevice?: boolean | undefined
    readonly client?: ClientInfo | undefined
  }): Promise<Granted | Challenged | Refused>
}

export type PasskeyCalls = Pick<SignIn, 'passkeyOptions' | 'verifyPasskey'>
