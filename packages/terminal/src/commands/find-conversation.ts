import type { Conversation } from '@tpx/sdk';
import { closest } from '../language/closest.ts';
import { UsageError } from '../language/usage-error.ts';
import type { CommandContext } from './command-context.ts';
import { learnTitles, titleOf } from './conversation-names.ts';

/**
 * By its number in /groups, its topic or id, its name, or the beginning of it where only one begins so (TERM-14).
 * @throws {UsageError}
 */
export async function findConversation(context: CommandContext, text: string): Promise<Conversation> {
  const all = context.client.conversations;
  await learnTitles(context, all);
  const wanted = text.trim().replace(/^@/, '').toLowerCase();
  const titles = all.map((one) => titleOf(one, context).toLowerCase());
  const numbered = /^\d+$/.test(wanted) ? all[Number(wanted) - 1] : undefined;
  const exact = all.filter((one, index) => [one.topic, one.id, titles[index]].includes(wanted));
  const begun = all.filter((_, index) => titles[index]?.startsWith(wanted));
  const [found, another] = exact.length > 0 ? exact : numbered ? [numbered] : begun;
  if (found && !another) return found;
  if (found)
    throw new UsageError(
      `More than one is called “${text}”: take its number in /groups, or write more of it.`,
    );
  const near = closest(wanted, titles);
  const hint = near === undefined ? '' : ` Did you mean “${near}”?`;
  throw new UsageError(
    `No conversation is called “${text}”.${hint} /groups shows them; /dm <user> begins one.`,
  );
}
