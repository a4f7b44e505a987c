import type { SheetTexts } from '../backup-codes/sheet.ts'
import type { FactorTexts, MailTexts } from '../mail/texts.ts'
import type { SmsTexts, SmsWords } from '../sms/text.ts'
import type { CompleteLanguage } from './language.ts'

const added: FactorTexts = {
  totp: 'Une application d’authentification a été ajoutée à votre compte',
  sms: 'Un numéro de téléphone pour les codes par SMS a été ajouté à votre compte',
  passkey: 'Une clé d’accès a été ajoutée à votre compte',
  'backup-code': 'Des codes de secours ont été ajoutés à votre compte',
}

const removed: FactorTexts = {
  totp: 'Une application d’authentification a été retirée de votre compte',
  sms: 'Un numéro de téléphone pour les codes par SMS a été retiré de votre compte',
  passkey: 'Une clé d’accès a été retirée de votre compte',
  'backup-code': 'Les codes de secours ont été retirés de votre compte',
}

const disabled: FactorTexts = {
  totp: 'Les applications d’authentification ont été désactivées pour votre compte',
  sms: 'Les codes par SMS ont été désactivés pour votre compte',
  passkey: 'Les clés d’accès ont été désactivées pour votre compte',
  'backup-code': 'Les codes de secours ont été désactivés pour votre compte',
}

const stopped: FactorTexts = {
  totp: 'Les codes d’application ne sont plus acceptés depuis un navigateur inconnu',
  sms: 'Les codes par SMS ne sont plus acceptés depuis un navigateur inconnu',
  passkey: 'Les clés d’accès ne sont plus acceptées depuis un navigateur inconnu',
  'backup-code': 'Les codes de secours ne sont plus acceptés depuis un navigateur inconnu',
}

const fine = 'Si c’était vous, il n’y a rien à faire.'
const changePassword =
  'Changez tout de suite votre mot de passe pour un autre, que vous n’utilisez nulle part ailleurs.'
const firstStep =
  'Seule une personne qui a passé la première étape de la connexion, le plus souvent avec votre mot ' +
  'de passe, peut essayer des codes.'

const openPage = (appName: string): string =>
  `Ouvrez vous-même ${appName}, comme vous le faites toujours, et consultez la page de sécurité de votre compte.`
const history = 'Parcourez l’historique des connexions et déconnectez tous les appareils.'

function codesLeft(left: number, fewCodes: number): string {
  if (left <= 0) {
    return (
      'C’était le dernier : il n’en reste aucun. Créez une nouvelle série dès maintenant, pour qu’un ' +
      'téléphone perdu ne vous ferme pas la porte.'
    )
  }
  if (left === 1) return 'Il ne reste plus qu’un code. Créez bientôt une nouvelle série.'
  return left <= fewCodes
    ? `Il ne reste plus que ${left} codes. Créez bientôt une nouvelle série.`
    : `Il reste ${left} codes.`
}

const mail: MailTexts = {
  notices: {
    'factor-added': ({ factor }, { appName }) => ({
      subject: added[factor],
      happened: [`${added[factor]}.`],
      ifYou: fine,
      ifNotYou: [
        changePassword,
        openPage(appName),
        'Retirez-y ce que vous ne reconnaissez pas et déconnectez tous les appareils.',
      ],
    }),
    'factor-removed': ({ factor }, { appName }) => ({
      subject: removed[factor],
      happened: [`${removed[factor]}. La connexion n’est plus possible par ce moyen.`],
      ifYou: fine,
      ifNotYou: [changePassword, openPage(appName), 'Ajoutez de nouveau ce moyen et déconnectez tous les appareils.'],
    }),
    'two-factor-off': (_template, { appName }) => ({
      subject: 'La double authentification a été désactivée',
      happened: [
        'La double authentification a été désactivée pour votre compte. Désormais, votre mot de passe ' +
          'suffit à lui seul pour se connecter.',
      ],
      ifYou: `${fine} Vous pouvez la réactiver à tout moment.`,
      ifNotYou: [
        changePassword,
        openPage(appName),
        'Réactivez la double authentification et déconnectez tous les appareils.',
      ],
    }),
    'backup-codes-regenerated': ({ count }, { appName }) => ({
      subject: 'De nouveaux codes de secours ont été créés',
      happened: [
        `Une nouvelle série de ${count} codes de secours a été créée pour votre compte. Aucun des ` +
          'codes précédents ne fonctionne plus.',
      ],
      ifYou: 'Si c’était vous, gardez les nouveaux codes en lieu sûr et jetez les anciens.',
      ifNotYou: [
        changePassword,
        openPage(appName),
        'Créez vous-même une nouvelle série de codes de secours et déconnectez tous les appareils.',
      ],
    }),
    'backup-code-used': ({ left }, { appName, fewCodes }) => ({
      subject: left <= 0 ? 'Votre dernier code de secours a été utilisé' : 'Un code de secours a été utilisé',
      happened: [`Un code de secours a été utilisé pour votre compte. ${codesLeft(left, fewCodes)}`],
      ifYou:
        left > fewCodes
          ? fine
          : 'Si c’était vous, créez une nouvelle série de codes de secours sur la page de sécurité.',
      ifNotYou: [
        changePassword,
        openPage(appName),
        'Créez une nouvelle série de codes de secours et déconnectez tous les appareils.',
      ],
    }),
    'code-entry-locked': ({ failures, until }, { appName, time }) => ({
      subject: 'La saisie des codes est bloquée pour un moment',
      happened: [
        `Après ${failures} codes faux de suite, les codes ne sont plus acceptés depuis les ` +
          'navigateurs que votre compte ne connaît pas.',
        `Fin du blocage : ${time(until)}. Un navigateur dans lequel vous vous êtes déjà connecté n’est pas concerné.`,
        firstStep,
      ],
      ifYou:
        'Si vous avez vous-même mal saisi ces codes, attendez la fin du blocage et vérifiez l’heure ' +
        'de votre téléphone.',
      ifNotYou: [changePassword, openPage(appName), history],
    }),
    'factor-failed': (_template, { appName }) => ({
      subject: 'Une connexion s’est arrêtée au second facteur',
      happened: [
        'Quelqu’un a passé la première étape de la connexion à votre compte, puis a donné un code ' +
          'faux ou montré une clé d’accès qui ne convient pas. Cela n’a laissé entrer personne.',
        firstStep,
      ],
      ifYou: 'Si vous avez vous-même mal saisi un code, il n’y a rien à faire.',
      ifNotYou: [changePassword, openPage(appName), history],
    }),
    'factor-disabled': ({ factor }, { appName }) => ({
      subject: disabled[factor],
      happened: [`${disabled[factor]}, parce que trop de codes faux ont été essayés de suite.`, firstStep],
      ifYou:
        'Pour vous en servir de nouveau, connectez-vous avec un autre moyen et refaites ' +
        'l’installation sur la page de sécurité.',
      ifNotYou: [
        changePassword,
        openPage(appName),
        'Connectez-vous avec un autre moyen, refaites cette installation et déconnectez tous les appareils.',
      ],
    }),
    'factor-stopped': ({ factor }, { appName }) => ({
      subject: stopped[factor],
      happened: [
        `${stopped[factor]}, parce que trop de codes faux y ont été essayés de suite.`,
        'Un navigateur dans lequel vous vous êtes déjà connecté n’est pas concerné.',
        firstStep,
      ],
      ifYou:
        'Pour vous connecter dans un nouveau navigateur, connectez-vous d’abord là où vous l’avez déjà fait, ou ' +
        'changez votre mot de passe.',
      ifNotYou: [changePassword, openPage(appName), history],
    }),
    'guesses-used-up': (_template, { appName }) => ({
      subject: 'Quelqu’un continue d’essayer des codes pour votre compte',
      happened: [
        'Tant de codes faux ont été essayés depuis des navigateurs que votre compte ne connaît pas que presque aucun ' +
          'code n’y est plus accepté. Un navigateur dans lequel vous vous êtes déjà connecté n’est pas concerné.',
        firstStep,
      ],
      ifYou:
        'Si vous avez vous-même mal saisi ces codes, connectez-vous là où vous l’avez déjà fait, ou utilisez un code ' +
        'de secours.',
      ifNotYou: [changePassword, openPage(appName), history],
    }),
    'device-forgotten': (_template, { appName }) => ({
      subject: 'L’un de vos navigateurs n’est plus connu',
      happened: [
        'Trop de codes faux ont été essayés depuis l’un des navigateurs dans lesquels vous vous êtes déjà connecté. ' +
          'Votre compte ne le connaît plus. Quelqu’un a peut-être copié ce qu’il garde en mémoire.',
        firstStep,
      ],
      ifYou: 'Si vous avez vous-même mal saisi ces codes, connectez-vous-y de nouveau.',
      ifNotYou: [changePassword, openPage(appName), history],
    }),
    'code-used-elsewhere': (_template, { appName }) => ({
      subject: 'Un code de votre application a été saisi deux fois',
      happened: [
        'Un code de votre application d’authentification a été saisi de nouveau, depuis un autre navigateur et un ' +
          'autre réseau, juste après avoir ouvert votre compte. La seconde fois, il n’a rien ouvert.',
      ],
      ifYou: fine,
      ifNotYou: [
        openPage(appName),
        'Parcourez l’historique des connexions. Si l’une n’est pas de vous, déconnectez tous les appareils.',
        changePassword,
        'Ne saisissez un code que sur la page que vous avez ouverte vous-même, et ne le donnez à personne.',
      ],
    }),
    'password-changed': (_template, { appName }) => ({
      subject: 'Votre mot de passe a été changé',
      happened: ['Le mot de passe de votre compte a été changé.'],
      ifYou: fine,
      ifNotYou: [openPage(appName), changePassword, history],
    }),
    'address-changed': ({ before, after }, { appName }) => ({
      subject: 'L’adresse électronique de votre compte a été changée',
      happened: [`L’adresse électronique de votre compte a été changée : ${before} est devenue ${after}.`],
      ifYou: fine,
      ifNotYou: [openPage(appName), 'Remettez-y votre propre adresse.', changePassword, history],
    }),
    'address-replaced': ({ after }, { appName }) => ({
      subject: 'Votre compte a désormais une autre adresse électronique',
      happened: [
        `L’adresse électronique de votre compte a été changée en ${after}. Ce message est le dernier sur ce compte à ` +
          'parvenir à cette adresse.',
      ],
      ifYou: fine,
      ifNotYou: [
        'Demandez de l’aide sans attendre, comme indiqué ci-dessous : les messages sur votre compte parviennent ' +
          'maintenant à quelqu’un d’autre.',
        openPage(appName),
        changePassword,
        'Remettez votre propre adresse et déconnectez tous les appareils.',
      ],
    }),
    'authenticator-resynchronized': (_template, { appName }) => ({
      subject: 'Une application d’authentification a été resynchronisée',
      happened: [
        'L’horloge d’une application d’authentification de votre compte a été recalée à l’aide de deux de ses codes.',
      ],
      ifYou: fine,
      ifNotYou: [
        changePassword,
        openPage(appName),
        'Retirez cette application, ajoutez de nouveau la vôtre et déconnectez tous les appareils.',
      ],
    }),
    'signed-out-everywhere': (_template, { appName }) => ({
      subject: 'Votre compte a été déconnecté partout',
      happened: [
        'Votre compte a été déconnecté partout. Tous les navigateurs et applications doivent se ' +
          'connecter de nouveau, sauf peut-être celui d’où la demande est venue.',
      ],
      ifYou: fine,
      ifNotYou: [
        changePassword,
        openPage(appName),
        'Cherchez dans l’historique des connexions une connexion qui n’est pas la vôtre.',
      ],
    }),
    'device-trusted': (_template, { appName }) => ({
      subject: 'Un navigateur se passe désormais du second facteur',
      happened: [
        'Lors d’une connexion avec un second facteur, il a été demandé à votre compte de faire confiance à ce ' +
          'navigateur. Les prochaines connexions n’y demandent que la première étape, en général votre mot de passe.',
      ],
      ifYou: `${fine} Vous pouvez y mettre fin à tout moment sur la page de sécurité.`,
      ifNotYou: [
        changePassword,
        openPage(appName),
        'Sur cette page, mettez fin à la confiance accordée à ce navigateur et déconnectez tous les appareils.',
      ],
    }),
    'device-trust-copied': (_template, { appName }) => ({
      subject: 'Un navigateur de confiance a peut-être été copié',
      happened: [
        'Une connexion a montré une ancienne copie de ce que garde l’un de vos navigateurs de confiance. Quelqu’un ' +
          'l’y a peut-être prise. Ce navigateur demande donc de nouveau un second facteur, et ce qu’il avait ouvert ' +
          'sans lui a été déconnecté.',
        'L’auteur de cette connexion a passé la première étape, en général avec votre mot de passe.',
      ],
      ifYou: 'Si vous avez restauré ce navigateur à partir d’une sauvegarde, il n’y a rien à faire.',
      ifNotYou: [changePassword, openPage(appName), history],
    }),
    'much-happened': (_template, { appName }) => ({
      subject: 'Il se passe beaucoup de choses sur votre compte',
      happened: [
        'Il s’est passé tant de choses sur votre compte ces derniers jours que vous ne recevez plus de message pour ' +
          'chacune. L’historique des connexions les montre toutes.',
      ],
      ifYou: 'Parcourez tout de même l’historique des connexions.',
      ifNotYou: [openPage(appName), history, changePassword, 'Retirez-y tout facteur qui n’est pas le vôtre.'],
    }),
    'passkey-only-on': (_template, { appName }) => ({
      subject: 'Seules les clés d’accès ouvrent désormais votre compte',
      happened: [
        'Votre compte ne s’ouvre désormais qu’avec une clé d’accès. Les mots de passe, les codes ' +
          'd’une application et les codes par SMS sont refusés.',
      ],
      ifYou:
        'Si c’était vous, gardez vos codes de secours : avec votre mot de passe, l’un d’eux permet ' +
        'd’enregistrer une nouvelle clé d’accès.',
      ifNotYou: [
        openPage(appName),
        'Supprimez toutes les clés d’accès qui ne sont pas les vôtres et déconnectez tous les appareils.',
        changePassword,
      ],
    }),
    'passkey-only-off': (_template, { appName }) => ({
      subject: 'Votre compte s’ouvre de nouveau sans clé d’accès',
      happened: ['Votre mot de passe et vos autres facteurs ouvrent de nouveau votre compte, avec vos clés d’accès.'],
      ifYou: fine,
      ifNotYou: [
        changePassword,
        openPage(appName),
        'Exigez de nouveau une clé d’accès, supprimez toutes celles qui ne sont pas les vôtres et ' +
          'déconnectez tous les appareils.',
      ],
    }),
  },
  labels: {
    when: 'Quand :',
    authenticator: {
      totp: 'Application d’authentification :',
      sms: 'Numéro de téléphone :',
      passkey: 'Clé d’accès :',
      'backup-code': 'Codes de secours :',
    },
    ip: 'Adresse IP :',
    browser: 'Navigateur (indicatif, tel qu’il se décrit) :',
    antiPhishingCode: 'Votre code anti-hameçonnage :',
    ifNotYou: 'Si ce n’était pas vous :',
  },
  greeting: (name) => (name === null ? 'Bonjour,' : `Bonjour ${name},`),
  contact: (contact) => `À qui demander de l’aide : ${contact}`,
  footer: (appName) =>
    `Ce message a été envoyé automatiquement par ${appName} pour protéger votre compte. Il ne ` +
    'contient volontairement aucun lien, et personne ne vous demandera jamais un code ou un mot de ' +
    'passe par courriel.',
  // French has a space before these signs. It is a no-break space, so that no sign begins a line.
  typeset: (sentence) => sentence.replaceAll(/ (?=[:;!?»])/g, '\u00a0').replaceAll('« ', '«\u00a0'),
}

// These texts avoid ê, ç, û and the curly apostrophe: GSM-7 has none of them.
const codeMessage = (what: string, { appName, code, minutes }: SmsWords): string =>
  `${appName} : ${code} est votre code ${what}, valable ${minutes} ` +
  `${minutes === 1 ? 'minute' : 'minutes'}. Ne le communiquez à personne.`

const sms: SmsTexts = {
  login: (words) => codeMessage('de connexion', words),
  'verify-number': (words) => codeMessage('pour confirmer ce numéro', words),
  'step-up': (words) => codeMessage("pour confirmer que c'est vous", words),
}

const sheet: SheetTexts = {
  title: (appName) => `${appName} : codes de secours`,
  account: (account) => `Compte : ${account}`,
  created: (createdAt) => `Créés le : ${createdAt}`,
  advice: [
    'Chaque code sert une seule fois, à la place de votre application d’authentification.',
    'Rayez un code dès que vous l’avez utilisé.',
    'Une nouvelle série annule tous les codes de cette feuille.',
    'Gardez cette feuille en lieu sûr, loin de votre téléphone, et ne la montrez à personne.',
  ],
}

export const language: CompleteLanguage = { tag: 'fr', mail, sms, sheet }
