import type { Client } from '../../../core/account/record/context.ts'

/** The client of a job. */
export const nobody: Client = {
  ip: null,
  network: null,
  userAgent: null,
  deviceId: null,
  deviceNamesAccount: false,
  deviceMark: null,
  deviceTrust: null,
}
