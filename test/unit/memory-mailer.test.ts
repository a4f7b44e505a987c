import { memoryMailer } from 'nightlatch/testing'
import { describe, expect, it } from 'vitest'

const mail = { to: 'ada@acme.example', subject: 's', text: 't', html: 'h', dedupeKey: 'k', language: 'en' }

describe('memoryMailer', () => {
  it('keeps accepted mails, and fails or loses its reply on request', async () => {
    const mailer = memoryMailer()
    await mailer.send(mail)
    mailer.behave('fail')
    await expect(mailer.send(mail)).rejects.toMatchObject({ code: 'NL_MAIL_FAILED' })
    expect(mailer.mails).toEqual([mail])
    mailer.behave('lose-reply')
    await expect(mailer.send(mail)).rejects.toMatchObject({ code: 'NL_MAIL_FAILED' })
    expect(mailer.mails).toHaveLength(2)
    expect(mailer.calls).toBe(3)
    mailer.clear()
    expect(mailer.mails).toEqual([])
  })

  it('hangs on request until its behavior changes', async () => {
    const mailer = memoryMailer()
    mailer.behave('hang')
    const sending = [mailer.send(mail), mailer.send(mail)]
    expect(await Promise.race([...sending, Promise.resolve('hanging')])).toBe('hanging')
    expect(mailer.mails).toEqual([])
    mailer.behave('deliver')
    await Promise.all(sending)
    expect(mailer.mails).toHaveLength(2)
  })
})
