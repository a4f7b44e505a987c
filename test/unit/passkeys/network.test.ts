import dns from 'node:dns'
import net from 'node:net'
import { MetadataService, SettingsService } from '@simplewebauthn/server'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { attestationCertificate } from '../../world/attestation-certificate.ts'
import type { Cbor } from '../../world/cbor.ts'
import { ceremony } from '../../world/passkey-ceremony.ts'

const formats = ['none', 'packed', 'fido-u2f', 'tpm', 'android-key', 'android-safetynet', 'apple', 'compound', 'x']
const settings = ['packed', 'fido-u2f', 'apple', 'android-key', 'android-safetynet', 'tpm', 'mds']
const certificate = attestationCertificate({ address: 'http://127.0.0.1:9/list' })

let reached: string[] = []

function refuse(name: string): () => never {
  return () => {
    reached.push(name)
    throw new Error(`reached for the network: ${name}`)
  }
}

beforeEach(() => {
  reached = []
  vi.stubGlobal('fetch', refuse('fetch'))
  vi.spyOn(net.Socket.prototype, 'connect').mockImplementation(refuse('connect'))
  vi.spyOn(dns, 'lookup').mockImplementation(refuse('lookup') as never)
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

/** Tries every format with a statement that is right for `packed`. Its certificate names an address to fetch. */
async function attestAll(): Promise<Readonly<Record<string, boolean>>> {
  const accepted: Record<string, boolean> = {}
  const { register } = ceremony({ aaguid: new Uint8Array(16).fill(1) })
  for (const fmt of formats) {
    const facts = await register({
      attestation: ({ authData, clientDataHash }) => {
        const sig = certificate.sign(Buffer.concat([authData, clientDataHash]))
        const x5c = [certificate.der, attestationCertificate({ isAuthority: true }).der]
        const attStmt = fmt === 'none' ? new Map() : new Map(Object.entries<Cbor>({ alg: -7, sig, x5c }))
        return new Map(Object.entries<Cbor>({ fmt, attStmt, authData }))
      },
    })
    accepted[fmt] = facts !== null
  }
  return accepted
}

const expected = Object.fromEntries(formats.map((fmt) => [fmt, fmt === 'none' || fmt === 'packed']))

describe('the passkey verifier', () => {
  it('is tested with a network that this test watches', () => {
    expect(() => fetch('http://127.0.0.1:9')).toThrow()
    expect(() => net.connect(9, '127.0.0.1')).toThrow()
    expect(() => dns.lookup('localhost', () => undefined)).toThrow()
    expect(reached).toEqual(['fetch', 'connect', 'lookup'])
  })

  it('uses no network for any attestation format', async () => {
    expect(await attestAll()).toEqual(expected)
    expect(reached).toEqual([])
  })

  it('uses no network and decides alike when the host has its own settings in the library', async () => {
    const before = settings.map((identifier) =>
      SettingsService.getRootCertificates({ identifier: identifier as never }),
    )
    SettingsService.setRootCertificates({ identifier: 'packed', certificates: [certificate.der.slice()] })
    SettingsService.setRootCertificates({ identifier: 'fido-u2f', certificates: [certificate.der.slice()] })
    await MetadataService.initialize({ mdsServers: [], statements: [], verificationMode: 'strict' })
    try {
      expect(await attestAll()).toEqual(expected)
      expect(reached).toEqual([])
      expect(SettingsService.getRootCertificates({ identifier: 'packed' })).toHaveLength(1)
    } finally {
      settings.forEach((identifier, at) =>
        SettingsService.setRootCertificates({ identifier: identifier as never, certificates: [...before[at]!] }),
      )
    }
  })

  it('leaves the settings of the library unchanged', async () => {
    const read = (): unknown =>
      settings.map((identifier) => SettingsService.getRootCertificates({ identifier: identifier as never }))
    const before = JSON.stringify(read())
    await attestAll()
    expect(JSON.stringify(read())).toBe(before)
  })
})
