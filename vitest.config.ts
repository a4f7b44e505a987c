import { defineConfig } from 'vitest/config'
import tsconfig from './tsconfig.json' with { type: 'json' }

const alias = Object.entries(tsconfig.compilerOptions.paths)
  .sort(([a], [b]) => b.length - a.length)
  .map(([name, [file]]) => ({
    find: new RegExp(`^${name}$`),
    replacement: new URL(file!, import.meta.url).pathname,
  }))

const project = (name: string, include: string[], extra: { testTimeout?: number; source?: boolean } = {}) => ({
  ...(extra.source === false ? {} : { resolve: { alias } }),
  test: {
    name,
    include,
    testTimeout: extra.testTimeout ?? 30_000,
    hookTimeout: 60_000,
  },
})

export default defineConfig({
  test: {
    projects: [
      project('unit', ['test/unit/**/*.test.ts']),
      project('property', ['test/property/**/*.test.ts'], { testTimeout: 120_000 }),
      project('race', ['test/race/**/*.test.ts'], { testTimeout: 180_000 }),
      project('contract', ['test/contract/**/*.test.ts'], { testTimeout: 120_000 }),
      project('dist', ['test/dist/**/*.test.ts'], { testTimeout: 180_000, source: false }),
      project('browser', ['test/browser/**/*.test.ts'], { testTimeout: 180_000, source: false }),
    ],
  },
})
