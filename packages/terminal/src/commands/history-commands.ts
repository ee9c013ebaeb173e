import type { MessageObject } from '@tpx/protocol';
import { UsageError } from '../language/usage-error.ts';
import { command } from './command.ts';
import type { CommandContext } from './command-context.ts';
import { learnTitles, titleOf } from './conversation-names.ts';
import { MESSAGE } from './message-commands.ts';
import { findMessage } from './message-reference.ts';
import { messageLine, peopleIn } from './message-text.ts';
import { requireCurrent } from './permission.ts';
import { joined } from './wait-for-connection.ts';

const HISTORY_DEFAULT = 20;
const HISTORY_MAX = 1_000;
const HITS_MAX = 20;

export const HISTORY_COMMANDS = [
  command({
    name: 'history',
    aliases: ['h'],
    args: [{ name: 'n', kind: 'number', optional: true }],
    help: `The last messages of the open conversation, ${HISTORY_DEFAULT} unless you say how many.`,
    permission: { needs: 'conversation', right: 'read' },
    async run(context, { n }) {
      const conversation = requireCurrent(context);
      const wanted = n === undefined ? HISTORY_DEFAULT : Number(n);
      if (wanted > HISTORY_MAX)
        throw new UsageError(`At most ${HISTORY_MAX} at once; /export writes everything.`);
      await joined(conversation, context.client);
      while (conversation.messages.length < wanted && conversation.joined) {
        const before = conversation.messages.length;
        const more = await conversation.loadOlder(Math.min(100, wanted - before));
        if (!more || conversation.messages.length === before) break;
      }
      const messages = conversation.messages.slice(-wanted);
      await context.learn(peopleIn(messages));
      return { topic: conversation.topic, messages };
    },
    show: ({ messages }, { name }) => messages.map((message) => messageLine(message, name)),
  }),
  command({
    name: 'receipts',
    aliases: [],
    args: [MESSAGE],
    help: 'Who has a message of yours, and who has read it: the selected one, else your last.',
    permission: { needs: 'conversation', right: 'read' },
    async run(context, { message: reference }) {
      const message = await findMessage(context, reference, 'own');
      if (message.sender_id !== context.client.me.id)
        throw new UsageError('Only of your own messages you see how far they got.');
      const receipts = await context.client.rest.messages.receipts(message.id, { limit: 100 });
      await context.learn([message.sender_id, ...receipts.members.map(({ user_id }) => user_id)]);
      return { topic: requireCurrent(context).topic, message, ...receipts };
    },
    show: ({ message, delivered, read, of, members }, { name }) => [
      messageLine(message, name),
      `delivered to ${delivered} of ${of}, read by ${read}`,
      ...members.map(({ user_id, delivered_seq, read_seq }) => {
        const mark = read_seq >= message.seq ? 'R' : delivered_seq >= message.seq ? 'D' : '…';
        return `  ${mark} ${name(user_id)}`;
      }),
    ],
  }),
  command({
    name: 'read',
    aliases: ['r'],
    args: [],
    help: 'Mark the open conversation as read.',
    permission: { needs: 'conversation' },
    async run(context) {
      const conversation = requireCurrent(context);
      await conversation.markRead();
      return { topic: conversation.topic, read_seq: conversation.readSeq };
    },
  }),
  command({
    name: 'search',
    aliases: [],
    args: [{ name: 'text', kind: 'text', rest: true }],
    help: 'Search the open conversation on the server: words, "phrases", -without.',
    details: 'What is found is shown with its reference, as /reply #123 takes it.',
    examples: ['/search release -draft'],
    permission: { needs: 'conversation', right: 'read' },
    async run(context, { text = '' }) {
      const { kind, id } = requireCurrent(context);
      return await search(context, { q: text, [`${kind}_id`]: id });
    },
    show: ({ messages, more }, { name }) => hits(messages, more, (message) => messageLine(message, name)),
  }),
  command({
    name: 'search all',
    aliases: [],
    args: [{ name: 'text', kind: 'text', rest: true }],
    help: 'Search everything that you may read.',
    examples: ['/search all invoice'],
    permission: { needs: 'account' },
    run: async (context, { text = '' }) => await search(context, { q: text }),
    show: ({ messages, more }, context) =>
      hits(messages, more, (message) => {
        const conversation = context.client.conversations.find(({ id }) => id === message.conversation_id);
        const where = conversation ? `[${titleOf(conversation, context)}] ` : '';
        return where + messageLine(message, context.name);
      }),
  }),
  command({
    name: 'find',
    aliases: [],
    args: [{ name: 'text', kind: 'text', rest: true }],
    help: 'Find a text in what the open tab has on this device.',
    permission: { needs: 'conversation' },
    async run({ view }, { text = '' }) {
      view.search(text);
      return { text };
    },
  }),
] as const;

/** Each is a quarter of a second of the server at most, and costs more of the limit then. */
const SEARCH_PAGES_MAX = 5;

async function search(context: CommandContext, query: { q: string; group_id?: string; dm_id?: string }) {
  const messages: MessageObject[] = [];
  let cursor: string | null = null;
  // A page ends early where there is much to look through: the next one goes on.
  for (let pages = 0; pages === 0 || (cursor !== null && pages < SEARCH_PAGES_MAX); pages++) {
    const page = await context.client.rest.messages.search({
      ...query,
      limit: HITS_MAX - messages.length,
      ...(cursor !== null && { cursor }),
    });
    messages.push(...page.messages);
    cursor = page.cursor;
    if (messages.length >= HITS_MAX) break;
  }
  await context.learn(peopleIn(messages));
  await learnTitles(context, context.client.conversations);
  return { messages, more: cursor !== null };
}

function hits(
  messages: readonly MessageObject[],
  more: boolean,
  line: (message: MessageObject) => string,
): string[] {
  if (messages.length === 0) {
    return [
      more ? 'Nothing is found in the newest messages. Add a word to look further.' : 'Nothing is found.',
    ];
  }
  return [...messages.map(line), ...(more ? ['There is more: add a word to narrow it down.'] : [])];
}
