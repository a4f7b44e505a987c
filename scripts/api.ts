import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { apiReports } from './api-report.ts'
import { root } from './root.ts'

// Writes what every subpath exports to docs/api, so that a review shows each change of the public surface.
const reports = apiReports()
rmSync(`${root}docs/api`, { recursive: true, force: true })
mkdirSync(`${root}docs/api`)
for (const { path, text } of reports) writeFileSync(root + path, text)
console.log(`${reports.length} reports in docs/api`)
