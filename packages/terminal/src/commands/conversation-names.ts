import type { DmObject } from '@tpx/protocol';
import type { Conversation } from '@tpx/sdk';
import type { CommandContext } from './command-context.ts';

/** The group's name, or the other side of a DM. */
export function titleOf({ about }: Conversation, context: Pick<CommandContext, 'client' | 'name'>): string {
  return about.kind === 'group' ? about.name : context.name(otherOf(about, context.client.me.id));
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
