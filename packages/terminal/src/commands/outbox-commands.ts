import type { Conversation } from '@tpx/sdk';
import { UsageError } from '../language/usage-error.ts';
import { command } from './command.ts';
import type { CommandContext } from './command-context.ts';
import { requireCurrent } from './permission.ts';

export const OUTBOX_COMMANDS = [
  command({
    name: 'resend',
    aliases: [],
    args: [],
    help: 'Send again what was refused in the open conversation.',
    permission: { needs: 'conversation' },
    run: (context) => withFailed(context, (conversation, clientId) => conversation.resend(clientId)),
  }),
  command({
    name: 'discard',
    aliases: [],
    args: [],
    help: 'Forget what was refused in the open conversation.',
    permission: { needs: 'conversation' },
    run: (context) => withFailed(context, (conversation, clientId) => conversation.discard(clientId)),
    show: ({ client_ids }) => [`Forgotten: ${client_ids.length}.`],
  }),
] as const;

async function withFailed(
  context: CommandContext,
  act: (conversation: Conversation, clientId: string) => Promise<unknown>,
) {
  const conversation = requireCurrent(context);
  const failed = conversation.outbox.filter(({ state }) => state === 'failed');
  if (failed.length === 0) throw new UsageError('Nothing was refused here.');
  for (const { client_id } of failed) await act(conversation, client_id);
  return { topic: conversation.topic, client_ids: failed.map(({ client_id }) => client_id) };
}
