import { describe, expect, it } from 'vitest'
import { createWorld } from '../world/world.ts'
import { elsewhere } from '../world/person.ts'
import { storages } from '../world/storages.ts'

describe.each(storages)('promise 1 on $title', ({ open }) => {
  it('[TOTP-6] promise 1: 50 parallel sign-ins over two instances with one TOTP code: one is granted', async () => {
    const { storage, connect, close } = await open()
    const world = createWorld({ storage })
    const ada = await world.person()
    const servers = [world.instance({ storage: connect() }), world.instance({ storage: connect() })] as const
    const challenges: string[] = []
    for (let i = 0; i < 50; i++) challenges.push(await ada.challenge(elsewhere(i)))
    const code = ada.app.code()
    const answers = await Promise.all(
      challenges.map((challenge, i) => servers[i % 2 ? 1 : 0].signIn.verify({ challenge, code, client: elsewhere(i) })),
    )
    expect(answers.filter(({ status }) => status === 'granted')).toHaveLength(1)
    await close()
  })
})
