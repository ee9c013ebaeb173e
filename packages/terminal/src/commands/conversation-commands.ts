import { REFUSALS, Refusal } from '@tpx/protocol';
import { type Conversation, NetworkError } from '@tpx/sdk';
import { expandEmoji } from '../language/emoji-names.ts';
import { UsageError } from '../language/usage-error.ts';
import { command } from './command.ts';
import type { CommandContext } from './command-context.ts';
import { learnTitles, titleOf } from './conversation-names.ts';
import { findConversation } from './find-conversation.ts';
import { findSomebodyElse } from './find-user.ts';
import { excerpt } from './message-text.ts';
import { requireCurrent } from './permission.ts';
import { joined } from './wait-for-connection.ts';

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

export const CONVERSATION_COMMANDS = [
  command({
    name: 'dm',
    aliases: ['query', 'q'],
    args: [
      { name: 'user', kind: 'user' },
      { name: 'text', kind: 'text', rest: true, optional: true },
    ],
    help: 'Talk to somebody, by username, PIN or id; with a text it is sent at once.',
    examples: ['/dm bob', '/dm bob are you there?', '/dm 7KQ2-M9XD'],
    permission: { needs: 'account' },
    async run(context, { user = '', text }) {
      const conversation = await openDm(context, user);
      const data = await enter(context, conversation);
      if (text !== undefined) await conversation.sendText(expandEmoji(text));
      return data;
    },
  }),
  command({
    name: 'group create',
    aliases: [],
    args: [{ name: 'name', kind: 'word', rest: true }],
    help: 'Make a group; others come in by /add or /invite.',
    examples: ['/group create The long room'],
    permission: { needs: 'account' },
    run: async (context, { name = '' }) => await enter(context, await context.client.createGroup(name)),
    show: ({ name, id }) => [
      `You are in ${name} now. Its id is ${id}.`,
      'Bring others in: /add <user>, or /invite for a code that they /join with.',
    ],
  }),
  command({
    name: 'join',
    aliases: ['j'],
    args: [
      { name: 'group', kind: 'word' },
      { name: 'invite', kind: 'word', optional: true },
    ],
    help: 'Come into a group, by its id and, where it is not open, an invite.',
    details: 'Take the whole of what /invite printed: the id and the code are one word.',
    permission: { needs: 'account' },
    async run(context, { group = '', invite }) {
      const [id = '', code = invite] = group.split('/');
      if (!UUID.test(id))
        throw new UsageError(
          `“${excerpt(id)}” is not the id of a group. Take the whole line that /invite printed.`,
        );
      return await enter(context, await context.client.joinGroup(id, code));
    },
  }),
  command({
    name: 'open',
    aliases: ['o', 'buffer'],
    args: [{ name: 'conversation', kind: 'conversation', rest: true }],
    help: 'Turn to a conversation, by its name or its number in /groups.',
    examples: ['/open The long room', '/open 2'],
    permission: { needs: 'account' },
    run: async (context, { conversation = '' }) =>
      await enter(context, await findConversation(context, conversation)),
  }),
  command({
    name: 'close',
    aliases: [],
    args: [{ name: 'conversation', kind: 'conversation', rest: true, optional: true }],
    help: 'Close a tab, the open one unless you name another. You stay a member.',
    permission: { needs: 'account' },
    async run(context, { conversation: text }) {
      const conversation =
        text === undefined ? requireCurrent(context) : await findConversation(context, text);
      context.close(conversation.topic);
      return { topic: conversation.topic };
    },
  }),
  command({
    name: 'groups',
    aliases: ['conversations', 'ls', 'list'],
    args: [],
    help: 'All your conversations, the latest first.',
    permission: { needs: 'account' },
    async run(context) {
      const all = context.client.conversations;
      await learnTitles(context, all);
      return {
        conversations: all.map((one) => ({
          topic: one.topic,
          kind: one.kind,
          name: titleOf(one, context),
          unread: one.unread,
          last_seq: one.lastSeq ?? 0,
          read_seq: one.readSeq,
          current: one === context.current(),
        })),
      };
    },
    show: ({ conversations }) =>
      conversations.length === 0
        ? ['No conversations yet: /dm <user> or /group create <name>.']
        : conversations.map(({ name, kind, unread, current }, index) => {
            const news = unread > 0 ? `, ${unread} unread` : '';
            return `${current ? '>' : ' '} ${index + 1}. ${name}${kind === 'group' ? ' (group)' : ''}${news}`;
          }),
  }),
  command({
    name: 'leave',
    aliases: ['part'],
    args: [{ name: 'group', kind: 'group', rest: true, optional: true }],
    help: 'Leave a group, the open one unless you name another.',
    permission: { needs: 'account', right: 'leave' },
    async run(context, { group: text }) {
      const conversation =
        text === undefined ? requireCurrent(context) : await findConversation(context, text);
      if (conversation.kind === 'dm')
        throw new UsageError('A conversation of two cannot be left; /close takes it off the screen.');
      const name = titleOf(conversation, context);
      await context.client.leaveGroup(conversation.id);
      return { topic: conversation.topic, name };
    },
    show: ({ name }) => [`You have left ${name}.`],
  }),
] as const;

/**
 * A DM that is there already opens also without a connection, where the other one blocks, and where the server cannot answer
 * now: what is written next must not go to the conversation that is open now.
 */
async function openDm(context: CommandContext, ref: string): Promise<Conversation> {
  try {
    const { id } = await findSomebodyElse(context, ref);
    return await context.client.openDm(id);
  } catch (error) {
    if (!(error instanceof NetworkError || (error instanceof Refusal && mayOpenAnyway(error)))) throw error;
    const dms = context.client.conversations.filter(({ kind }) => kind === 'dm');
    await learnTitles(context, dms);
    const wanted = ref.replace(/^@/, '').toLowerCase();
    const known = dms.find((one) => titleOf(one, context).toLowerCase() === wanted);
    if (!known) throw error;
    return known;
  }
}

function mayOpenAnyway({ code }: Refusal): boolean {
  return code === 'blocked' || REFUSALS[code].retryable;
}

async function enter(context: CommandContext, conversation: Conversation) {
  context.open(conversation);
  await joined(conversation, context.client);
  await learnTitles(context, [conversation]);
  const { topic, kind, id, lastSeq = 0, readSeq } = conversation;
  return { topic, kind, id, name: titleOf(conversation, context), last_seq: lastSeq, read_seq: readSeq };
}
