import type { MessageObject } from '@tpx/protocol';
import type { Conversation } from '@tpx/sdk';
import { UsageError } from '../language/usage-error.ts';
import type { CommandContext } from './command-context.ts';
import { requireCurrent } from './permission.ts';

/** Whose message a command is about where none is named: `own` for what only an author may do. */
export type Fitting = 'any' | 'own' | 'others';

/**
 * The message that a reference names in the open conversation (spec TERM-15): nothing is the selected one, else the last
 * that fits; `-2` the second last that fits; `#123` by `seq`; a name the last one of that person. Tombstones and system
 * notices are not meant by any but `#123`.
 * @throws {UsageError} @throws {Refusal} @throws {NetworkError}
 */
export async function findMessage(
  context: CommandContext,
  reference: string | undefined,
  fitting: Fitting = 'any',
): Promise<MessageObject> {
  const conversation = requireCurrent(context);
  if (reference === undefined || reference === '') return selectedOrLast(context, conversation, fitting);
  if (/^#[1-9]\d{0,14}$/.test(reference)) return await bySeq(conversation, Number(reference.slice(1)));
  const messages = conversation.messages.filter(isMeant);
  if (/^-\d+$/.test(reference)) {
    const fit = messages.filter((message) => fits(context, message, fitting));
    const message = fit.at(Number(reference));
    if (message && reference !== '-0') return message;
    throw new UsageError(`There are only ${fit.length} here that ${reference} can count from.`);
  }
  const name = reference.replace(/^@/, '').toLowerCase();
  await context.learn(messages.map(({ sender_id }) => sender_id));
  const message = messages.findLast(({ sender_id }) => context.name(sender_id).toLowerCase() === name);
  if (message) return message;
  throw new UsageError(
    `“${reference}” has written nothing here that is loaded. Name a message like -2, #123 or bob.`,
  );
}

function selectedOrLast(
  context: CommandContext,
  conversation: Conversation,
  fitting: Fitting,
): MessageObject {
  const selected = context.selected();
  const message =
    conversation.messages.find(({ id }) => id === selected) ??
    conversation.messages.findLast((one) => isMeant(one) && fits(context, one, fitting));
  if (message) return message;
  throw new UsageError(
    fitting === 'own'
      ? 'You have written nothing here yet.'
      : 'There is no message here yet that this could be about.',
  );
}

async function bySeq(conversation: Conversation, seq: number): Promise<MessageObject> {
  const held = conversation.messages.find((message) => message.seq === seq);
  if (held) return held;
  const { message } = await conversation.messageAt(seq);
  if (message) return message;
  throw new UsageError(`There is no message #${seq} here.`);
}

function isMeant({ type, deleted }: MessageObject): boolean {
  return type !== 'system' && !deleted;
}

function fits({ client }: CommandContext, { sender_id }: MessageObject, fitting: Fitting): boolean {
  if (fitting === 'any') return true;
  return (sender_id === client.me.id) === (fitting === 'own');
}
