import type { ChildProcess } from 'node:child_process'
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

export interface PortalProcess {
  readonly origin: string
  /** What it printed so far, before a restart too. */
  readonly printed: () => string
  /** Its data folder. */
  readonly folder: string
  start(): Promise<void>
  stop(): Promise<void>
  remove(): Promise<void>
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** The portal as `npm start` runs it, with a port and an empty data folder of its own. */
export async function startPortal(environment: Readonly<Record<string, string>> = {}): Promise<PortalProcess> {
  // `npm test` has built it. A build by this file would remove it while other tests run it.
  if (!existsSync(join(root, 'dist/index.js'))) execFileSync('npx', ['tsup', '--no-dts', '--silent'], { cwd: root })
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'nightlatch-portal-'))
  const origin = `http://localhost:${port}`
  let printed = ''
  let child: ChildProcess | undefined

  async function start(): Promise<void> {
    const { NL_KEYS: _, ...inherited } = process.env
    const started = spawn(process.execPath, ['--import', 'tsx', 'examples/portal/main.ts'], {
      cwd: root,
      env: {
        ...inherited,
        PORT: String(port),
        NIGHTLATCH_DATA: folder,
        TSX_TSCONFIG_PATH: 'examples/tsconfig.json',
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child = started
    let isOpen: () => void
    const opened = new Promise<void>((resolve, reject) => {
      isOpen = resolve
      started.once('exit', (code) => reject(new Error(`the portal ended with ${code}:\n${printed}`)))
    })
    let heard = ''
    const hear = (chunk: Buffer): void => {
      heard += chunk.toString()
      printed += chunk.toString()
      if (heard.includes(origin)) isOpen()
    }
    started.stdout.on('data', hear)
    started.stderr.on('data', hear)
    await opened
    started.removeAllListeners('exit')
  }

  async function stop(): Promise<void> {
    const running = child
    child = undefined
    if (running === undefined || running.exitCode !== null) return
    await new Promise((resolve) => {
      running.once('exit', resolve)
      running.kill('SIGTERM')
    })
  }

  await start()
  return {
    origin,
    folder,
    printed: () => printed,
    start,
    stop,
    async remove() {
      await stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
