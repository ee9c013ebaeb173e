import type { MessageObject } from '@tpx/protocol';
import type { Conversation } from '@tpx/sdk';
import { UsageError } from '../language/usage-error.ts';
import type { CommandContext } from './command-context.ts';
import { differingFields } from './compare-messages.ts';
import { type FoldedLog, readWholeLog } from './read-whole-log.ts';
import { joined } from './wait-for-connection.ts';

export type Difference = { seq: number; what: string };
export type Verdict = {
  topic: string;
  first_seq: number;
  last_seq: number;
  events: number;
  messages: number;
  /** Held, and not shown: of whom this user has blocked. */
  hidden: number;
  /** Shown as gone: the server had them before a backup was restored (SDK-21). */
  gone: number;
  differences: Difference[];
};

/** A message may change while it is compared: it is asked for so often before it counts as different. */
const LOOKS_MAX = 5;

/**
 * Holds what is shown of a conversation against its log on the server (spec TERM-25): the log has no gap, every message
 * in it is shown as it is there, and nothing else is. `all` reads the log from its beginning, further back than is shown.
 * @throws {UsageError} without a connection @throws {Refusal} @throws {NetworkError}
 */
export async function verifyHistory(
  context: CommandContext,
  conversation: Conversation,
  all: boolean,
): Promise<Verdict> {
  const { client, progress } = context;
  await joined(conversation, client);
  if (!conversation.joined) throw new UsageError('That asks the server, and there is no connection now.');
  const oldest = conversation.messages[0]?.seq ?? 1;
  const log = await readWholeLog(client.rest, conversation, all ? 1 : oldest, (events) =>
    progress(`${events} events of the log read`),
  );
  const differences: Difference[] = log.gaps.map(([before, after]) => ({
    seq: before + 1,
    what: `the log has nothing from here to ${after - 1}`,
  }));
  if (!(await conversation.heldUpTo(log.last)))
    differences.push({ seq: log.last, what: 'this device did not get as far as the log' });
  const { missing, hidden } = notShown(context, conversation, log, oldest);
  differences.push(
    ...missing,
    ...(await notInLog(context, conversation, log)),
    ...(await changed(conversation, log)),
  );
  return {
    topic: conversation.topic,
    first_seq: log.first,
    last_seq: log.last,
    events: log.events,
    messages: conversation.messages.filter(({ seq }) => seq >= log.first && seq <= log.last).length,
    hidden,
    gone: conversation.gone.length,
    differences: differences.sort((a, b) => a.seq - b.seq),
  };
}

function notShown({ client }: CommandContext, conversation: Conversation, log: FoldedLog, oldest: number) {
  const shown = new Set(conversation.messages.map(({ id }) => id));
  const blocked = new Set(conversation.kind === 'group' ? client.me.blocked_users : []);
  const absent = [...log.messages.values()].filter(({ id, seq }) => seq >= oldest && !shown.has(id));
  const missing = absent.filter(({ sender_id, type }) => type === 'system' || !blocked.has(sender_id));
  return {
    hidden: absent.length - missing.length,
    missing: missing.map(({ seq }) => ({ seq, what: 'is in the log and not shown' })),
  };
}

async function notInLog(
  { client }: CommandContext,
  conversation: Conversation,
  log: FoldedLog,
): Promise<Difference[]> {
  // What retention removes is announced before this is answered.
  if (log.first > conversation.about.first_seq) await client.measureRoundTrip();
  return conversation.messages
    .filter(({ id, seq }) => seq <= log.last && !log.messages.has(id))
    .map(({ seq }) => ({ seq, what: 'is shown and not in the log' }));
}

async function changed(conversation: Conversation, log: FoldedLog): Promise<Difference[]> {
  const differences: Difference[] = [];
  for (const message of conversation.messages) {
    const logged = log.messages.get(message.id);
    if (!logged || differingFields(message, logged).length === 0) continue;
    const fields = await stillDiffering(conversation, message);
    if (fields.length > 0)
      differences.push({ seq: message.seq, what: `is shown otherwise than it is: ${fields.join(', ')}` });
  }
  return differences;
}

async function stillDiffering(conversation: Conversation, { id, seq }: MessageObject): Promise<string[]> {
  let fields: string[] = [];
  for (let look = 0; look < LOOKS_MAX; look++) {
    const { message, lastSeq } = await conversation.messageAt(seq);
    const shown = conversation.messages.find((one) => one.id === id);
    if (!shown) return [];
    if (message?.id !== id) return ['which message it is'];
    await conversation.heldUpTo(lastSeq);
    fields = differingFields(conversation.messages.find((one) => one.id === id) ?? shown, message);
    if (fields.length === 0) break;
  }
  return fields;
}
