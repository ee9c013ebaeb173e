import type { AccessTokens } from './access-tokens.ts';
import type { Caller } from './caller.ts';
import { signedOut } from './device-session.ts';
import type { SessionDirectory } from './session-directory.ts';

/** Who holds this access token, for REST and for the upgrade of a socket. @throws {Refusal} `unauthorized`, `unavailable` */
export async function authenticate(
  deps: { accessTokens: AccessTokens; sessions: SessionDirectory },
  token: string,
): Promise<Caller> {
  const { userId, sessionId } = await deps.accessTokens.verify(token);
  if (!(await deps.sessions.isAlive(sessionId))) throw signedOut();
  return { userId, sessionId };
}
