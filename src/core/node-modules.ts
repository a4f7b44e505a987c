interface NodeDigest {
  update(bytes: Uint8Array): NodeDigest
  digest(): Uint8Array
}

/** The part of `node:crypto` that is used. */
export interface NodeCrypto {
  createHash(name: 'sha256'): NodeDigest
  createHmac(name: 'sha256', key: Uint8Array): NodeDigest
}

/** The part of `node:buffer` that is used. */
export interface NodeBuffer {
  readonly Buffer: {
    from(text: string, encoding: 'base64url'): Uint8Array
    from(buffer: ArrayBufferLike, offset: number, length: number): { toString(encoding: 'base64url'): string }
  }
}

interface WithModules {
  readonly process?: { readonly getBuiltinModule?: (name: string) => unknown }
}

function nodeModule(scope: unknown, name: string): unknown {
  return (scope as WithModules).process?.getBuiltinModule?.(name)
}

/**
 * `node:crypto` where the process has it, else undefined. It is asked for without an import, so that the same file
 * loads in a browser.
 */
export function nodeCrypto(scope: unknown = globalThis): NodeCrypto | undefined {
  const found = nodeModule(scope, 'node:crypto') as Partial<NodeCrypto> | undefined
  const fits = typeof found?.createHmac === 'function' && typeof found.createHash === 'function'
  return fits ? (found as NodeCrypto) : undefined
}

/** `node:buffer` where the process has it, else undefined. */
export function nodeBuffer(scope: unknown = globalThis): NodeBuffer | undefined {
  const found = nodeModule(scope, 'node:buffer') as Partial<NodeBuffer> | undefined
  return typeof found?.Buffer?.from === 'function' ? (found as NodeBuffer) : undefined
}
