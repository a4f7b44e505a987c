import { asSystem } from 'nightlatch'
import { nl } from './nightlatch.ts'

const listed = await nl.totp.list({ grant: asSystem('user-4711', 'support ticket 12') })
console.log(listed.ok && listed.authenticators.length)
