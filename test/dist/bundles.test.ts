import { basename } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import type { BuildResult, Metafile } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installPacked, subpaths } from './packed.ts'
import type { Installed } from './packed.ts'

/** What each subpath may bring along. Everything else is refused, above all `node:`, drivers and test runners. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  nightlatch: ['@noble/ciphers', '@noble/hashes', 'base32-encode', 'libphonenumber-js', 'to-data-view'],
  'nightlatch/otp': ['@noble/hashes', 'base32-encode', 'to-data-view'],
  'nightlatch/backup-codes': ['@noble/hashes'],
  'nightlatch/network': [],
  'nightlatch/events': [],
  'nightlatch/score': [],
  'nightlatch/policy': [],
  'nightlatch/anti-phishing': [],
  'nightlatch/languages': [],
  'nightlatch/qr': ['qrcode'],
  'nightlatch/slow-hash': ['@noble/hashes'],
  'nightlatch/storage/memory': [],
  'nightlatch/storage/sql': ['kysely'],
  'nightlatch/mail/nodemailer': ['@noble/hashes', 'nodemailer'],
  'nightlatch/sms': ['@noble/hashes'],
  'nightlatch/sms/http': [],
  'nightlatch/passkeys': ['@noble/hashes', '@simplewebauthn/server'],
  'nightlatch/limiter/flexible': ['rate-limiter-flexible'],
  'nightlatch/testing': [],
}

let installed: Installed

beforeAll(() => {
  installed = installPacked({ peers: true })
})

afterAll(() => installed.remove())

// Left outside the bundle, so that what asks for them shows in the metafile.
const external = ['qrcode', 'kysely', 'nodemailer', '@simplewebauthn/server', 'rate-limiter-flexible', 'node:*']

function bundle(source: string): Promise<BuildResult<{ metafile: true; write: false }>> {
  return build({
    stdin: { contents: source, resolveDir: installed.folder },
    bundle: true,
    minify: true,
    // What is imported on use is a file of its own.
    splitting: true,
    outdir: installed.folder,
    format: 'esm',
    platform: 'browser',
    metafile: true,
    write: false,
    external,
  })
}

/** The output files that are loaded with the program, by the file's name; what it loads on use is left out. */
function loadedAtOnce({ metafile, outputFiles }: Awaited<ReturnType<typeof bundle>>): {
  readonly text: string
  readonly inputs: readonly string[]
} {
  const loaded = new Set<string>()
  const load = (path: string): void => {
    if (loaded.has(path)) return
    loaded.add(path)
    for (const { kind, path: next, external: outside } of metafile.outputs[path]?.imports ?? []) {
      if (kind === 'import-statement' && outside !== true) load(next)
    }
  }
  for (const [path, { entryPoint }] of Object.entries(metafile.outputs)) if (entryPoint === '<stdin>') load(path)
  const names = [...loaded].map((path) => basename(path))
  return {
    text: outputFiles
      .filter(({ path }) => names.includes(basename(path)))
      .map(({ text }) => text)
      .join(''),
    inputs: [...loaded].flatMap((path) => Object.keys(metafile.outputs[path]?.inputs ?? {})),
  }
}

function packagesIn(metafile: Metafile): string[] {
  const bundled = Object.keys(metafile.inputs)
    .map((path) => path.split('node_modules/').at(-1) ?? path)
    .filter((path) => path !== '<stdin>')
  const asked = Object.values(metafile.inputs).flatMap(({ imports }) =>
    imports.filter((one) => one.external).map(({ path }) => path),
  )
  const names = [...bundled, ...asked].map((path) =>
    path
      .split('/')
      .slice(0, path.startsWith('@') ? 2 : 1)
      .join('/'),
  )
  return [...new Set(names)].filter((name) => name !== 'nightlatch').sort()
}

const kilobytes = (text: string): number => gzipSync(text, { level: 9 }).length / 1000

describe('bundled for a browser', () => {
  it('the list names every subpath', () => {
    expect(Object.keys(allowed).sort()).toEqual([...subpaths].sort())
  })

  it.each(subpaths)('%s brings only the packages that the list allows', async (path) => {
    const { metafile } = await bundle(`export * from '${path}'`)
    expect(packagesIn(metafile).filter((name) => !allowed[path]?.includes(name))).toEqual([])
  })
})

describe('languages', () => {
  const languages = (): string[] =>
    installed.run(
      'esm',
      `import { languages } from 'nightlatch/languages'\nconsole.log(JSON.stringify(languages))`,
    ) as string[]

  it.each(['nightlatch', 'nightlatch/languages', 'nightlatch/sms', 'nightlatch/backup-codes'])(
    '%s loads none before it is used',
    async (path) => {
      const { text, inputs } = loadedAtOnce(await bundle(`export * from '${path}'`))
      const files = languages().map((code) => `dist/${code}-`)
      expect(files.length).toBeGreaterThan(1)
      expect(inputs.filter((input) => files.some((file) => input.includes(file)))).toEqual([])
      expect(text).not.toMatch(/is your code|est votre code/)
    },
  )

  it.each(['esm', 'cjs'] as const)('are loaded from the package in %s, one at a time', (format) => {
    const load = format === 'esm' ? 'import(path)' : 'Promise.resolve(require(path))'
    const seen = installed.run(
      format,
      `const load = (path) => ${load}
      Promise.all([load('nightlatch/languages'), load('nightlatch/sms')]).then(async ([languages, { smsText }]) => {
        const values = { template: 'login', code: '123456', appName: 'Acme', minutes: 5 }
        const write = async (locale) => smsText({ ...values, language: await languages.loadLanguage(locale) })
        console.log(JSON.stringify([await write('fr-CA'), await write('en-GB')]))
      })`,
    )
    expect(seen).toEqual([
      'Acme : 123456 est votre code de connexion, valable 5 minutes. Ne le communiquez à personne.',
      'Acme: 123456 is your code to sign in, valid for 5 minutes. Never pass it on, not even to us.',
    ])
  })
})

describe('loading the root', () => {
  it('loads at most 24 kB', async () => {
    const { text } = loadedAtOnce(await bundle(`export * from 'nightlatch'`))
    expect(text.length).toBeGreaterThan(10_000)
    expect(kilobytes(text)).toBeLessThanOrEqual(24)
  })

  it('loads no adapter, QR code, test kit or mail text, and of other packages only ciphers and hashes', async () => {
    const { inputs } = loadedAtOnce(await bundle(`export * from 'nightlatch'`))
    const heavy = /dist\/(?:storage\/|mail\/|mail-|qr|testing|cli\/)/
    expect(inputs.filter((path) => heavy.test(path))).toEqual([])
    const others = inputs.filter((path) => !path.includes('nightlatch/dist/') && path !== '<stdin>')
    expect(others.filter((path) => !/@noble\/(?:hashes|ciphers)|base32-encode|to-data-view/.test(path))).toEqual([])
  })
})
