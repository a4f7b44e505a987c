interface NodeDigest {
  update(bytes: Uint8Array): NodeDigest
  digest(): Uint8Array
}

/** The part of `node:crypto` that is used. */
export interface NodeCrypto {
  createHash(name: 'sha256'): NodeDigest
  createHmac(name: 'sha256', key: Uint8Array): NodeDigest
}

interface WithBuiltins {
  readonly process?: { readonly getBuiltinModule?: (name: string) => unknown }
}

/**
 * `node:crypto` where the process has it, else undefined. It is asked for without an import, so that the same file
 * loads in a browser.
 */
export function nodeCrypto(scope: unknown = globalThis): NodeCrypto | undefined {
  const found = (scope as WithBuiltins).process?.getBuiltinModule?.('node:crypto') as Partial<NodeCrypto> | undefined
  return typeof found?.createHmac === 'function' && typeof found.createHash === 'function'
    ? (found as NodeCrypto)
    : undefined
}
