import type { Nightlatch } from 'nightlatch'

/** What came of a code that was typed at a sign-in: `granted`, or the reason why not. */
export async function verdictOn(nl: Nightlatch, typed: Parameters<Nightlatch['signIn']['verify']>[0]): Promise<string> {
  const answer = await nl.signIn.verify(typed)
  return answer.status === 'granted' ? 'granted' : (answer.reason ?? '')
}
