import type { SheetTexts } from '../backup-codes/sheet.ts'
import type { FactorTexts, MailTexts } from '../mail/texts.ts'
import type { SmsTexts, SmsWords } from '../sms/text.ts'
import type { CompleteLanguage } from './language.ts'

const added: FactorTexts = {
  totp: 'An authenticator app was added to your account',
  sms: 'A phone number for codes by SMS was added to your account',
  passkey: 'A passkey was added to your account',
  'backup-code': 'Backup codes were added to your account',
}

const removed: FactorTexts = {
  totp: 'An authenticator app was removed from your account',
  sms: 'A phone number for codes by SMS was removed from your account',
  passkey: 'A passkey was removed from your account',
  'backup-code': 'The backup codes were removed from your account',
}

const disabled: FactorTexts = {
  totp: 'Authenticator apps were switched off for your account',
  sms: 'Codes by SMS were switched off for your account',
  passkey: 'Passkeys were switched off for your account',
  'backup-code': 'The backup codes were switched off for your account',
}

const stopped: FactorTexts = {
  totp: 'Codes of authenticator apps are no longer accepted from unknown browsers',
  sms: 'Codes by SMS are no longer accepted from unknown browsers',
  passkey: 'Passkeys are no longer accepted from unknown browsers',
  'backup-code': 'Backup codes are no longer accepted from unknown browsers',
}

const fine = 'If this was you, there is nothing to do.'
const changePassword = 'Change your password at once, to one that you use nowhere else.'
const firstStep = 'Only somebody who passed the first step of signing in, usually with your password, can try codes.'

const openPage = (appName: string): string =>
  `Open ${appName} yourself, the way you always do, and look at the security page of your account.`
const history = 'Look through the login history and sign out everywhere.'

function codesLeft(left: number, fewCodes: number): string {
  if (left <= 0)
    return 'It was the last one: none is left. Make a new set now, so that a lost phone does not lock you out.'
  if (left === 1) return 'Only one code is left. Make a new set soon.'
  return left <= fewCodes ? `Only ${left} codes are left. Make a new set soon.` : `${left} codes are left.`
}

const mail: MailTexts = {
  notices: {
    'factor-added': ({ factor }, { appName }) => ({
      subject: added[factor],
      happened: [`${added[factor]}.`],
      ifYou: fine,
      ifNotYou: [changePassword, openPage(appName), 'Remove what you do not recognize there and sign out everywhere.'],
    }),
    'factor-removed': ({ factor }, { appName }) => ({
      subject: removed[factor],
      happened: [`${removed[factor]}. It can no longer be used to sign in.`],
      ifYou: fine,
      ifNotYou: [changePassword, openPage(appName), 'Set it up again and sign out everywhere.'],
    }),
    'two-factor-off': (_template, { appName }) => ({
      subject: 'Two-factor authentication was switched off',
      happened: [
        'Two-factor authentication was switched off for your account. From now on your password alone ' +
          'is enough to sign in.',
      ],
      ifYou: `${fine} You can switch it on again at any time.`,
      ifNotYou: [
        changePassword,
        openPage(appName),
        'Switch two-factor authentication on again and sign out everywhere.',
      ],
    }),
    'backup-codes-regenerated': ({ count }, { appName }) => ({
      subject: 'New backup codes were made',
      happened: [
        `A new set of ${count} backup codes was made for your account. All earlier codes have stopped working.`,
      ],
      ifYou: 'If this was you, keep the new codes in a safe place and throw the old ones away.',
      ifNotYou: [changePassword, openPage(appName), 'Make a new set of backup codes yourself and sign out everywhere.'],
    }),
    'backup-code-used': ({ left }, { appName, fewCodes }) => ({
      subject: left <= 0 ? 'Your last backup code was used' : 'A backup code was used',
      happened: [`A backup code was used for your account. ${codesLeft(left, fewCodes)}`],
      ifYou: left > fewCodes ? fine : 'If this was you, make a new set of backup codes on the security page.',
      ifNotYou: [changePassword, openPage(appName), 'Make a new set of backup codes and sign out everywhere.'],
    }),
    'code-entry-locked': ({ failures, until }, { appName, time }) => ({
      subject: 'Code entry is locked for a while',
      happened: [
        `After ${failures} wrong codes in a row, codes are no longer accepted from browsers that your ` +
          'account does not know.',
        `The lock ends at ${time(until)}. A browser in which you signed in before is not affected.`,
        firstStep,
      ],
      ifYou: 'If you mistyped these codes yourself, wait until the lock ends and check the clock of your phone.',
      ifNotYou: [changePassword, openPage(appName), history],
    }),
    'factor-failed': (_template, { appName }) => ({
      subject: 'A sign-in stopped at the second factor',
      happened: [
        'Somebody passed the first step of signing in to your account, and then gave a wrong code or ' +
          'showed a passkey that does not fit. It let nobody in.',
        firstStep,
      ],
      ifYou: 'If you mistyped a code yourself, there is nothing to do.',
      ifNotYou: [changePassword, openPage(appName), history],
    }),
    'factor-disabled': ({ factor }, { appName }) => ({
      subject: disabled[factor],
      happened: [`${disabled[factor]}, because too many wrong codes were tried in a row.`, firstStep],
      ifYou: 'To use it again, sign in with another factor and set it up anew on the security page.',
      ifNotYou: [
        changePassword,
        openPage(appName),
        'Sign in with another factor, set this one up anew and sign out everywhere.',
      ],
    }),
    'factor-stopped': ({ factor }, { appName }) => ({
      subject: stopped[factor],
      happened: [
        `${stopped[factor]}, because too many wrong codes were tried there in a row.`,
        'A browser in which you signed in before is not affected.',
        firstStep,
      ],
      ifYou: 'To sign in on a new browser, sign in once where you did before, or change your password.',
      ifNotYou: [changePassword, openPage(appName), history],
    }),
    'guesses-used-up': (_template, { appName }) => ({
      subject: 'Somebody keeps trying codes for your account',
      happened: [
        'So many wrong codes were tried from browsers that your account does not know that hardly any code is ' +
          'accepted from there now. A browser in which you signed in before is not affected.',
        firstStep,
      ],
      ifYou: 'If you mistyped these codes yourself, sign in where you did before, or use a backup code.',
      ifNotYou: [changePassword, openPage(appName), history],
    }),
    'device-forgotten': (_template, { appName }) => ({
      subject: 'One of your browsers is no longer known',
      happened: [
        'Too many wrong codes were tried from one of the browsers in which you signed in before. Your account does ' +
          'not know it any more. Somebody may have copied what it stores.',
        firstStep,
      ],
      ifYou: 'If you mistyped these codes yourself, sign in there again.',
      ifNotYou: [changePassword, openPage(appName), history],
    }),
    'code-used-elsewhere': (_template, { appName }) => ({
      subject: 'A code of your authenticator app was typed twice',
      happened: [
        'A code of your authenticator app was typed again, from another browser and another network, right after it ' +
          'had opened your account. It opened nothing the second time.',
      ],
      ifYou: fine,
      ifNotYou: [
        openPage(appName),
        'Look through the login history. If a sign-in is not yours, sign out everywhere.',
        changePassword,
        'Type a code only on the page that you opened yourself, and never pass one on.',
      ],
    }),
    'password-changed': (_template, { appName }) => ({
      subject: 'Your password was changed',
      happened: ['The password of your account was changed.'],
      ifYou: fine,
      ifNotYou: [openPage(appName), changePassword, history],
    }),
    'address-changed': ({ before, after }, { appName }) => ({
      subject: 'The mail address of your account was changed',
      happened: [`The mail address of your account was changed from ${before} to ${after}.`],
      ifYou: fine,
      ifNotYou: [openPage(appName), 'Set your own address again.', changePassword, history],
    }),
    'address-replaced': ({ after }, { appName }) => ({
      subject: 'Your account has another mail address now',
      happened: [
        `The mail address of your account was changed to ${after}. This is the last message about the account that ` +
          'comes to this address.',
      ],
      ifYou: fine,
      ifNotYou: [
        'Ask for help at once, as it says below: messages about your account go to somebody else now.',
        openPage(appName),
        changePassword,
        'Set your own address again and sign out everywhere.',
      ],
    }),
    'authenticator-resynchronized': (_template, { appName }) => ({
      subject: 'An authenticator app was resynchronized',
      happened: ['The clock of an authenticator app of your account was set right with two of its codes.'],
      ifYou: fine,
      ifNotYou: [changePassword, openPage(appName), 'Remove that app, add your own again and sign out everywhere.'],
    }),
    'signed-out-everywhere': (_template, { appName }) => ({
      subject: 'Your account was signed out everywhere',
      happened: [
        'Your account was signed out everywhere. All browsers and apps have to sign in again, except ' +
          'perhaps the one in which this was asked for.',
      ],
      ifYou: fine,
      ifNotYou: [changePassword, openPage(appName), 'Look through the login history for a sign-in that is not yours.'],
    }),
    'device-trusted': (_template, { appName }) => ({
      subject: 'A browser needs no second factor any more',
      happened: [
        'At a sign-in with a second factor, your account was told to trust that browser. The next sign-ins there ' +
          'need the first step only, usually your password.',
      ],
      ifYou: `${fine} You can end the trust on the security page at any time.`,
      ifNotYou: [changePassword, openPage(appName), 'End the trust of that browser there and sign out everywhere.'],
    }),
    'device-trust-copied': (_template, { appName }) => ({
      subject: 'A trusted browser may have been copied',
      happened: [
        'A sign-in showed an old copy of what one of your trusted browsers stores. Somebody may have taken it from ' +
          'there. So that browser needs a second factor again, and what it opened without one was signed out.',
        'Whoever signed in passed the first step, usually with your password.',
      ],
      ifYou: 'If you restored that browser from a backup, there is nothing to do.',
      ifNotYou: [changePassword, openPage(appName), history],
    }),
    'much-happened': (_template, { appName }) => ({
      subject: 'Much is happening to your account',
      happened: [
        'So much has happened to your account in the last days that you do not get a mail about each thing now. The ' +
          'login history has all of it.',
      ],
      ifYou: 'Look through the login history all the same.',
      ifNotYou: [openPage(appName), history, changePassword, 'Remove every factor there that is not yours.'],
    }),
    'passkey-only-on': (_template, { appName }) => ({
      subject: 'Only passkeys open your account from now on',
      happened: [
        'From now on your account opens with a passkey only. Passwords, codes from an app and codes ' +
          'by SMS are refused.',
      ],
      ifYou:
        'If this was you, keep your backup codes: with your password, one of them lets you register a new passkey.',
      ifNotYou: [openPage(appName), 'Remove every passkey that is not yours and sign out everywhere.', changePassword],
    }),
    'passkey-only-off': (_template, { appName }) => ({
      subject: 'Your account opens without a passkey again',
      happened: ['Your password and your other factors open your account again, beside your passkeys.'],
      ifYou: fine,
      ifNotYou: [
        changePassword,
        openPage(appName),
        'Let only passkeys open your account again, remove every passkey that is not yours and sign out everywhere.',
      ],
    }),
  },
  labels: {
    when: 'When:',
    authenticator: {
      totp: 'Authenticator app:',
      sms: 'Phone number:',
      passkey: 'Passkey:',
      'backup-code': 'Backup codes:',
    },
    ip: 'IP address:',
    browser: 'Browser (approximate, as it describes itself):',
    antiPhishingCode: 'Your anti-phishing code:',
    ifNotYou: 'If this was not you:',
  },
  greeting: (name) => (name === null ? 'Hello,' : `Hello ${name},`),
  contact: (contact) => `Whom to ask for help: ${contact}`,
  footer: (appName) =>
    `${appName} sent this automatically to protect your account. It holds no link on purpose, and ` +
    'nobody will ever ask you for a code or a password by mail.',
  typeset: (sentence) => sentence,
}

const codeMessage = (what: string, { appName, code, minutes }: SmsWords): string =>
  `${appName}: ${code} is your code ${what}, valid for ${minutes} ` +
  `${minutes === 1 ? 'minute' : 'minutes'}. Never pass it on, not even to us.`

const sms: SmsTexts = {
  login: (words) => codeMessage('to sign in', words),
  'verify-number': (words) => codeMessage('to confirm this number', words),
  'step-up': (words) => codeMessage('to confirm that it is you', words),
}

const sheet: SheetTexts = {
  title: (appName) => `${appName}: backup codes`,
  account: (account) => `Account: ${account}`,
  created: (createdAt) => `Created: ${createdAt}`,
  advice: [
    'Each code signs you in once, in place of your authenticator app.',
    'Strike out a code when you have used it.',
    'A new set makes every code on this sheet worthless.',
    'Keep this sheet safe, away from your phone, and show it to nobody.',
  ],
}

export const language: CompleteLanguage = { tag: 'en', mail, sms, sheet }
