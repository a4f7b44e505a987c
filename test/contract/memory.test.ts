import { describe, it } from 'vitest'
import { memoryStorage } from 'nightlatch/storage/memory'
import { storageContract } from 'nightlatch/testing'

describe('memory storage', () => {
  storageContract({ describe, it }, async () => ({ storage: memoryStorage(), close: async () => {} }))
})
