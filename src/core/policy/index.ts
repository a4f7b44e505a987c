export { defaultPolicy, definePolicy, maxGraceMs } from './policy.ts'
export type { Policy, RequiredFactors } from './policy.ts'
export { graceStart, requirement } from './requirement.ts'
export type { PolicyAccount, PolicyQuestion, Requirement } from './requirement.ts'
