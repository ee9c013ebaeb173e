import type { DmObject } from '@tpx/protocol';
import type { Conversation } from '@tpx/sdk';
import type { CommandContext } from './command-context.ts';

/** The group's name, or the other side of a DM. */
export function titleOf({ about }: Conversation, context: Pick<CommandContext, 'client' | 'name'>): string {
  if (about.kind === 'group') return about.name;
  const { client, name } = context;
  // Signing out can overtake the end of a conversation.
  return name(otherOf(about, client.isSignedIn ? client.me.id : ''));
}

export function otherOf({ user_a, user_b }: DmObject, me: string): string {
  return user_a === me ? user_b : user_a;
}

/** So that `titleOf` knows them. */
export async function learnTitles(
  context: CommandContext,
  conversations: readonly Conversation[],
): Promise<void> {
  const me = context.client.me.id;
  await context.learn(
    conversations.flatMap(({ about }) => (about.kind === 'dm' ? [otherOf(about, me)] : [])),
  );
}
