import type { Actor, Client } from '../../core/account/record/context.ts'
import { referenceTo } from '../../core/account/record/ids.ts'
import type { SharedValues } from '../../core/events/index.ts'

/** Where a row comes from. */
export interface Origin {
  readonly actor: Actor
  readonly client: Client
  /** One id for everything that one call writes. */
  readonly call: string
  /** The session's id; rows hold a reference to it. */
  readonly session: string | null
}

/** What every row of one call carries. */
export function sharedValues({ actor, client, call, session }: Origin): SharedValues {
  return {
    actor: actor.kind,
    call,
    ...(actor.kind === 'system' ? { actorReason: actor.reason } : {}),
    ...(session === null ? {} : { session: referenceTo(session) }),
    ...(client.ip === null ? {} : { ip: client.ip }),
    ...(client.network === null ? {} : { network: client.network }),
    ...(client.userAgent === null ? {} : { userAgent: client.userAgent }),
  }
}

/** The session of the grant that a result carries, if it carries one. */
export function sessionOf(result: unknown): string | null {
  const grant = (result as { grant?: { session?: unknown } | null } | null)?.grant
  return typeof grant?.session === 'string' ? grant.session : null
}
