import { describe, expect, it } from 'vitest'
import { isRecipientRefused } from '../../src/adapters/nodemailer/refusal.ts'

/** As nodemailer reports an answer. */
const answer = (response: string, command = 'RCPT TO', code = 'EENVELOPE') =>
  Object.assign(new Error(`Can't send mail: ${response}`), {
    code,
    command,
    response,
    responseCode: Number(response.slice(0, 3)),
  })

describe('an answer that is final for the recipient', () => {
  it.each([
    '550 5.1.1 <ada@one.example>: Recipient address rejected: User unknown',
    '550 5.1.0 Address rejected',
    '553 5.1.2 We do not relay there',
    '501 5.1.3 Bad recipient address syntax',
    '550 5.1.6 The mailbox has moved',
    '556 5.1.10 Recipient address has null MX',
    '550 5.2.1 The mailbox is disabled',
    '552 5.2.2 The mailbox is full',
    '554 5.2.0 Other mailbox status',
    '550 5.4.1 Recipient address rejected: Access denied',
    '550 5.4.4 No route to the host',
    '554 5.4.14 Hop count exceeded',
    '553 5.6.7 The address needs SMTPUTF8',
    '550-5.1.1 The account that you tried to reach does not exist.\n550-5.1.1 Look for spelling errors\n550 5.1.1 Bye',
    '550 No such user here',
    '551 User not local',
    '552 Requested action aborted: exceeded storage allocation',
    '553 mailbox name not allowed',
    '556 Domain does not accept mail',
    '501 Syntax error in parameters',
    // No enhanced code has so many digits.
    '550 5.1.77777 No such user',
  ])('is %j to RCPT', (response) => {
    expect(isRecipientRefused(answer(response))).toBe(true)
  })

  it.each(['550 5.1.1 User unknown', '552 5.2.2 The mailbox is full', '550 No such user'])(
    'is %j to DATA',
    (response) => {
      expect(isRecipientRefused(answer(response, 'DATA', 'EMESSAGE'))).toBe(true)
    },
  )

  it('is a recipient that cannot be written into a command, and not a sender that cannot', () => {
    const unwritable = (text: string) => Object.assign(new Error(text), { code: 'EENVELOPE', command: 'API' })
    expect(isRecipientRefused(unwritable('Invalid recipient "a\\nb"'))).toBe(true)
    expect(isRecipientRefused(unwritable('Invalid sender "a\\nb"'))).toBe(false)
  })
})

describe('an answer after which the mail is tried again', () => {
  it.each([
    '450 4.2.1 The user you are trying to contact is receiving mail too quickly',
    '451 4.7.1 Greylisted',
    '452 4.2.2 The mailbox is full',
    '421 4.3.0 Try again later',
    '450 Mailbox busy',
    '550 4.1.1 Greylisted with a wrong status',
    '550 5.1.7 Bad sender address syntax',
    '550 5.1.8 Sender domain does not exist',
    '552 5.2.3 The message is larger than the limit',
    '550 5.3.0 Other mail system status',
    '552 5.3.4 The message is too big for the system',
    '530 5.5.1 Authentication required',
    '503 5.5.1 Bad sequence of commands',
    '550 5.6.0 Other media error',
    '550 5.7.1 Relaying denied',
    '550 5.7.26 Unauthenticated mail is not accepted from this domain',
    '554 5.7.1 Service unavailable; client host blocked',
    '530 5.7.0 Must issue a STARTTLS command first',
    '554 Transaction failed',
    '500 Unknown command',
    '503 Bad sequence of commands',
    '530 Authentication required',
  ])('is %j to RCPT', (response) => {
    expect(isRecipientRefused(answer(response))).toBe(false)
  })

  it.each([
    ['550 5.1.1 User unknown', 'MAIL FROM'],
    ['550 5.1.8 Sender refused', 'MAIL FROM'],
    ['535 5.7.8 Authentication credentials invalid', 'AUTH PLAIN'],
    ['538 5.7.11 Encryption required for this mechanism', 'AUTH PLAIN'],
    ['554 5.7.1 No service for you', 'CONN'],
    ['550 5.1.1 Who are you', 'EHLO'],
    ['454 4.7.0 TLS not available', 'STARTTLS'],
    ['554 5.7.1 Spam', 'DATA'],
    ['554 Transaction failed', 'DATA'],
    ['501 Syntax error', 'DATA'],
    ['451 Local error', 'DATA'],
  ])('is %j to %s', (response, command) => {
    expect(isRecipientRefused(answer(response, command, 'EPROTOCOL'))).toBe(false)
  })

  it.each([
    undefined,
    null,
    'text',
    new Error('550 5.1.1'),
    Object.assign(new Error('x'), { code: 'ECONNECTION', command: 'CONN' }),
    Object.assign(new Error('x'), { code: 'ETIMEDOUT', command: 'RCPT TO' }),
    Object.assign(new Error('x'), { command: 'RCPT TO', responseCode: '550' }),
    Object.assign(new Error('x'), { command: 'RCPT TO', responseCode: 600 }),
  ])('is %o', (error) => {
    expect(isRecipientRefused(error)).toBe(false)
  })
})
