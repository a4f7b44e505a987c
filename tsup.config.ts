import { defineConfig } from 'tsup'

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    otp: 'src/core/otp/index.ts',
    'backup-codes': 'src/core/backup-codes/index.ts',
    network: 'src/core/network/index.ts',
    events: 'src/core/events/index.ts',
    score: 'src/core/score/index.ts',
    policy: 'src/core/policy/index.ts',
    'anti-phishing': 'src/core/anti-phishing/index.ts',
    qr: 'src/qr/index.ts',
    'slow-hash': 'src/slow-hash/index.ts',
    'storage/memory': 'src/adapters/memory/index.ts',
    'storage/sql': 'src/adapters/sql/index.ts',
    'mail/nodemailer': 'src/adapters/nodemailer/index.ts',
    testing: 'src/testing/index.ts',
    'cli/main': 'src/cli/main.ts',
  },
  format: ['esm', 'cjs'],
  target: 'es2022',
  platform: 'neutral',
  tsconfig: 'tsconfig.build.json',
  dts: true,
  // One identity for an error class in both formats: tsup splits ESM by default, CJS only when asked.
  splitting: true,
  clean: true,
  treeshake: false,
  external: [/^node:/],
})
