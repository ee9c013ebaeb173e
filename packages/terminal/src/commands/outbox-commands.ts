import type { Conversation, OutboxEntry } from '@tpx/sdk';
import { UsageError } from '../language/usage-error.ts';
import { command } from './command.ts';
import type { CommandContext } from './command-context.ts';
import { requireCurrent } from './permission.ts';

const REFUSED = { name: 'message', kind: 'refused', optional: true } as const;

export const OUTBOX_COMMANDS = [
  command({
    name: 'resend',
    aliases: [],
    args: [REFUSED],
    help: 'Send again what was refused in the open conversation: one, or all of it.',
    details: 'One is the selected one, or named like -1, the last that was refused, and -2, the one before.',
    examples: ['/resend', '/resend -1'],
    permission: { needs: 'conversation' },
    run: (context, { message }) =>
      withRefused(context, message, (conversation, clientId) => conversation.resend(clientId)),
  }),
  command({
    name: 'discard',
    aliases: [],
    args: [REFUSED],
    help: 'Forget what was refused in the open conversation: one, or all of it.',
    details: 'It is named as for /resend.',
    examples: ['/discard', '/discard -1'],
    permission: { needs: 'conversation' },
    run: (context, { message }) =>
      withRefused(context, message, (conversation, clientId) => conversation.discard(clientId)),
    show: ({ client_ids }) => [`Forgotten: ${client_ids.length}.`],
  }),
] as const;

/** What the server would not have, the oldest first. */
export function refusedIn({ outbox }: Pick<Conversation, 'outbox'>): OutboxEntry[] {
  return outbox.filter(({ state }) => state === 'failed');
}

async function withRefused(
  context: CommandContext,
  reference: string | undefined,
  act: (conversation: Conversation, clientId: string) => Promise<unknown>,
) {
  const conversation = requireCurrent(context);
  const meant = meantOf(refusedIn(conversation), reference, context.selected());
  for (const { client_id } of meant) await act(conversation, client_id);
  return { topic: conversation.topic, client_ids: meant.map(({ client_id }) => client_id) };
}

/** @throws {UsageError} */
function meantOf(
  refused: readonly OutboxEntry[],
  reference: string | undefined,
  selected: string | undefined,
): readonly OutboxEntry[] {
  if (refused.length === 0) throw new UsageError('Nothing was refused here.');
  if (reference === undefined) {
    const one = refused.find(({ client_id }) => client_id === selected);
    return one ? [one] : refused;
  }
  const one = /^-[1-9]\d{0,5}$/.test(reference) ? refused.at(Number(reference)) : undefined;
  if (one) return [one];
  throw new UsageError(
    `“${reference}” is none of the ${refused.length} refused here: -1 is the last of them.`,
  );
}
