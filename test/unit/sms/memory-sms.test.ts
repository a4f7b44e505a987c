import { memorySms } from 'nightlatch/testing'
import { describe, expect, it } from 'vitest'

const sms = { to: '+36301234567', text: 't', dedupeKey: 'k', language: 'en' }

describe('memorySms', () => {
  it('keeps accepted messages, and fails or loses its reply on request', async () => {
    const inbox = memorySms()
    await inbox.send(sms)
    inbox.behave('fail')
    await expect(inbox.send(sms)).rejects.toMatchObject({ code: 'NL_SMS_FAILED' })
    expect(inbox.messages).toEqual([sms])
    inbox.behave('lose-reply')
    await expect(inbox.send(sms)).rejects.toMatchObject({ code: 'NL_SMS_FAILED' })
    expect(inbox.messages).toHaveLength(2)
    expect(inbox.calls).toBe(3)
    inbox.clear()
    expect(inbox.messages).toEqual([])
  })

  it('hangs on request until its behavior changes', async () => {
    const inbox = memorySms()
    inbox.behave('hang')
    const sending = [inbox.send(sms), inbox.send(sms)]
    expect(await Promise.race([...sending, Promise.resolve('hanging')])).toBe('hanging')
    expect(inbox.messages).toEqual([])
    inbox.behave('deliver')
    await Promise.all(sending)
    expect(inbox.messages).toHaveLength(2)
  })
})
