import type { UserObject } from '@tpx/protocol';
import { UsageError } from '../language/usage-error.ts';
import type { CommandContext } from './command-context.ts';

/** By username, PIN as it is written or read out, or id. @throws {UsageError} @throws {Refusal} @throws {NetworkError} */
export async function findUser({ client }: CommandContext, text: string): Promise<UserObject> {
  const ref = text.trim().replace(/^@/, '');
  if (ref === '') throw new UsageError('Name somebody: by username, PIN or id.');
  const known = client.people.all.find(({ username }) => username === ref.toLowerCase());
  if (known) return known;
  // Which of the three it is, the server tells: a name may look like a PIN.
  return await client.people.find(ref.toLowerCase());
}

/** The same, and not oneself. */
export async function findSomebodyElse(context: CommandContext, text: string): Promise<UserObject> {
  const user = await findUser(context, text);
  if (user.id === context.client.me.id) throw new UsageError('That is you. Name somebody else.');
  return user;
}
