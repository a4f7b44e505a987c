import { rmSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const dist = process.env.NIGHTLATCH_DIST ?? `${root}dist`

/** Somebody whose account only passkeys open. The authenticator is that of the tests. */
export async function passkeyOnlyUser() {
  const outfile = `${root}bench/passkey-person.tmp.mjs`
  await build({
    entryPoints: [`${root}test/world/passkey-person.ts`],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'error',
    alias: { 'nightlatch/passkeys': `${dist}/passkeys.js` },
  })
  try {
    const { keyOwner, withPasskeys } = await import(pathToFileURL(outfile).href)
    return {
      options: withPasskeys,
      async enroll(nl) {
        const owner = await keyOwner(nl, { id: 'only-passkeys' })
        await owner.becomePasskeyOnly()
        return owner.id
      },
    }
  } finally {
    rmSync(outfile)
  }
}
