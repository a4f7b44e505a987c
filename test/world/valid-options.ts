import { keyring } from 'nightlatch'
import type { NightlatchOptions } from 'nightlatch'
import { memoryStorage } from 'nightlatch/storage/memory'
import { memoryMailer } from 'nightlatch/testing'
import { keyText } from './world.ts'

/** What nothing runs without, new at each call. */
export function validOptions(): NightlatchOptions {
  return {
    appName: 'Acme',
    contact: 'security@acme.example',
    storage: memoryStorage(),
    mailer: memoryMailer(),
    keys: keyring(keyText(1)),
    describe: () => ({ name: 'Ada', addresses: [] }),
  }
}
