import { compileRules, parseRule } from 'nightlatch/network'
import { describe, expect, it } from 'vitest'
import { eventsOf } from '../../world/reading.ts'
import { createWorld } from '../../world/world.ts'

const start = { name: 'ada', accountId: 'ada', primary: 'password' } as const

describe('an address that a proxy wrote with its port', () => {
  it('is kept without it, and the host is told nothing', async () => {
    const { nl, reports } = createWorld()
    for (const ip of ['203.0.113.5:51000', '[2001:db8::1%eth0]:443'])
      await nl.signIn.start({ ...start, client: { ip } })
    const ips = (await eventsOf(nl, 'ada')).map(({ values }) => values.ip)
    expect(ips).toEqual(['2001:db8::1', '203.0.113.5'])
    expect(reports).toEqual([])
  })

  it('has the budget of its own network, whatever the port', async () => {
    const { nl } = createWorld()
    const tries = async (ip: string): Promise<string> =>
      (await nl.signIn.failed({ name: 'ada', client: { ip } })).reason
    for (let n = 0; n < 20; n++) expect(await tries(`203.0.113.5:${5000 + n}`)).toBe('wrong-credentials')
    expect(await tries('203.0.113.5:6000')).toBe('too-many-attempts')
    expect(await tries('198.51.100.7:6000')).toBe('wrong-credentials')
  })

  it('is still no rule, because rules are strict', () => {
    for (const text of [
      '203.0.113.5:51000',
      '[2001:db8::1]',
      'fe80::1%eth0',
      '203.0.113.5, 10.0.0.1',
      ' 203.0.113.5',
    ]) {
      expect(parseRule(text)).toMatchObject({ ok: false })
      expect(() => compileRules([text])).toThrow()
    }
  })
})

describe('an address that cannot be read', () => {
  it('is reported once for each cause, without what came, and is in no row', async () => {
    const { nl, reports, clock } = createWorld()
    const texts = ['203.0.113.5, 10.0.0.1', '10.0.0.1,secret-1', 'secret-2', 'unknown', '_hidden']
    for (const ip of [...texts, ...texts]) {
      await nl.signIn.start({ ...start, client: { ip } })
      clock.advance(3_600_000)
    }
    expect(reports.map(({ kind }) => kind)).toEqual(['address', 'address'])
    expect(reports.map(({ text }) => text.split(':')[0])).toEqual([
      'client.ip is a list of addresses, and none of them is taken',
      'client.ip is no address',
    ])
    expect(JSON.stringify(reports)).not.toMatch(/secret|203\.0/)
    expect((await eventsOf(nl, 'ada')).map(({ values }) => values.ip)).toEqual(new Array(10).fill(undefined))
  })

  it('is reported on every page, also on one that needs no sign-in', async () => {
    const { nl, reports, person } = createWorld()
    const { grant } = await person()
    expect(reports).toEqual([])
    await nl.trustedDevices.list({ grant, client: { ip: '203.0.113.5, 10.0.0.1' } })
    await nl.totp.list({ grant })
    expect(reports).toMatchObject([{ kind: 'address' }])
  })
})
