import type { NightlatchOptions } from 'nightlatch'
import { createNightlatch, generateKey, keyring } from 'nightlatch'
import { memoryStorage } from 'nightlatch/storage/memory'
import { describe, expect, it, vi } from 'vitest'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'

const names = { appName: 'Acme', contact: 'security@acme.example' }

function messageFor(options: object): string {
  try {
    createNightlatch(options as NightlatchOptions)
    return ''
  } catch (error) {
    expect(error).toMatchObject({ code: 'NL_CONFIG' })
    return (error as Error).message
  }
}

/** The lines of a message that are to be pasted, run as they are. */
function pasted(message: string): Partial<NightlatchOptions> {
  const lines = message.split('\n').filter((line) => line.startsWith('  '))
  const make = new Function('memoryStorage', 'generateKey', 'keyring', `return {${lines.join('\n')}\n}`)
  return make(memoryStorage, generateKey, keyring) as Partial<NightlatchOptions>
}

describe('createNightlatch without what nothing runs without', () => {
  it('answers with lines that run: with them a person signs in and sets up an app', async () => {
    const message = messageFor(names)
    const given = pasted(message)
    expect(Object.keys(given)).toEqual(['storage', 'mailer', 'keys', 'describe'])
    const nl = createNightlatch({ ...names, ...given } as NightlatchOptions)
    const start = { name: 'ann', accountId: 'ann', primary: 'password' } as const
    const { grant } = expectStatus(await nl.signIn.start(start), 'granted')
    expect(expectOk(await nl.totp.enroll({ grant })).uri).toContain('otpauth://totp/Acme:ann')
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
    await given.mailer!.send({ to: 'a@b', subject: 's', text: '', html: '', dedupeKey: '', language: 'en' })
    expect(log).toHaveBeenCalledOnce()
    log.mockRestore()
    nl.outbox.stop()
  })

  it('names only what is missing, also if it is null, and whatever else is wrong', () => {
    const all = { ...names, ...pasted(messageFor(names)) }
    expect(messageFor(all)).toBe('')
    for (const name of ['storage', 'mailer', 'keys', 'describe'] as const) {
      for (const value of [undefined, null]) {
        const message = messageFor({ ...all, appName: '', [name]: value })
        expect(message).toMatch(new RegExp(`^createNightlatch: without ${name}\\. In development`))
        expect(Object.keys(pasted(message))).toEqual([name])
      }
    }
  })

  it('imports in its comments what exists', async () => {
    const imported = [...messageFor(names).matchAll(/import \{ ([^}]*) \} from '([^']*)'/g)]
    expect(imported.map(([, , from]) => from)).toEqual(['nightlatch/storage/memory', 'nightlatch'])
    const modules = { nightlatch: { generateKey, keyring }, 'nightlatch/storage/memory': { memoryStorage } }
    for (const [, what = '', from = ''] of imported) {
      for (const name of what.split(', ')) expect(modules[from as keyof typeof modules]).toHaveProperty(name)
    }
  })
})
