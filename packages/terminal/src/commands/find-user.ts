import type { UserObject } from '@tpx/protocol';
import { NetworkError } from '@tpx/sdk';
import { UsageError } from '../language/usage-error.ts';
import type { CommandContext } from './command-context.ts';

/** By username, PIN as it is written or read out, or id. @throws {UsageError} @throws {Refusal} @throws {NetworkError} */
export async function findUser({ client }: CommandContext, text: string): Promise<UserObject> {
  const ref = text.trim().replace(/^@/, '');
  if (ref === '') throw new UsageError('Name somebody: by username, PIN or id.');
  // The server first: a name may look like a PIN, and after a restored backup it may be another person's.
  const known = client.people.all.find(({ username }) => username === ref.toLowerCase());
  if (known && client.connection.state !== 'online') return known;
  try {
    return await client.people.find(ref.toLowerCase());
  } catch (error) {
    if (known && error instanceof NetworkError) return known;
    throw error;
  }
}

/** The same, and not oneself. */
export async function findSomebodyElse(context: CommandContext, text: string): Promise<UserObject> {
  const user = await findUser(context, text);
  if (user.id === context.client.me.id) throw new UsageError('That is you. Name somebody else.');
  return user;
}
