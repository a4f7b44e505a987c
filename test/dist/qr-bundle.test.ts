import { builtinModules } from 'node:module'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { beforeAll, describe, expect, it } from 'vitest'
import { qrPng, qrSvg } from 'nightlatch/qr'

const root = fileURLToPath(new URL('../../', import.meta.url))
const text = 'otpauth://totp/Acme:ada?secret=JBSWY3DPEHPK3PXP&issuer=Acme'

interface Bundle {
  readonly draw: (text: string) => Promise<{ readonly svg: string; readonly png: Uint8Array }>
}

let asked: readonly string[]
let bundle: Bundle

beforeAll(async () => {
  const { metafile, outputFiles } = await build({
    stdin: {
      contents: `import { qrPng, qrSvg } from 'nightlatch/qr'
        export const draw = async (text) => ({ svg: await qrSvg(text), png: await qrPng(text) })`,
      resolveDir: root,
    },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    metafile: true,
    write: false,
    external: [...builtinModules, 'node:*'],
  })
  asked = Object.values(metafile.inputs).flatMap(({ imports }) =>
    imports.filter(({ external }) => external).map(({ path }) => path),
  )
  const [file] = outputFiles
  bundle = (await import(`data:text/javascript;base64,${Buffer.from(file!.contents).toString('base64')}`)) as Bundle
})

describe('QR codes in a bundle for browsers', () => {
  it('ask for no module of Node', () => {
    expect(asked).toEqual([])
  })

  it('are drawn without a document, as in a worker, and as Node draws them', async () => {
    expect('document' in globalThis).toBe(false)
    const { svg, png } = await bundle.draw(text)
    expect(svg).toBe(await qrSvg(text))
    expect(png).toEqual(await qrPng(text))
  })
})
