// What an application does that installed nothing but nightlatch.
import { readPhone } from 'nightlatch'
import { qrPng, qrSvg } from 'nightlatch/qr'
import { memoryStorage } from 'nightlatch/storage/memory'
import { signInTwice } from './sign-in.ts'

async function main(): Promise<void> {
  const events = await signInTwice({ storage: memoryStorage() })
  const svg = await qrSvg('otpauth://totp/Acme:ada')
  const png = await qrPng('otpauth://totp/Acme:ada')
  const missing = await readPhone('+36301234567').then(
    () => 'found libphonenumber-js',
    (error: unknown) => String((error as { readonly code?: unknown }).code),
  )
  if (missing !== 'NL_CONFIG') throw new Error(missing)
  console.log(`signed in over memory (${events}), drew SVG of ${svg.length} characters and PNG of ${png.length} bytes`)
}

// What it throws ends the process with an exit code.
void main()
