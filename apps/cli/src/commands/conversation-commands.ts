import { type Conversation, NetworkError } from '@tpx/sdk';
import type { App } from '../app.ts';
import { UsageError } from '../text/explain-error.ts';
import { excerpt } from '../text/message-lines.ts';
import { command } from './command.ts';
import { markedLines } from './marked-lines.ts';

/** How much of a conversation is shown when it is opened. */
const SHOWN_AT_OPEN = 10;
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

export const CONVERSATION_COMMANDS = [
  command({
    name: 'dm',
    aliases: [],
    args: [{ name: 'user' }],
    help: 'Talk to somebody, by username, PIN or id',
    async run(app, { user: ref = '' }) {
      app.requireSignedIn();
      return await enter(app, await openDm(app, ref.replace(/^@/, '')));
    },
    show: shownAtOpen,
  }),
  command({
    name: 'group create',
    aliases: [],
    args: [{ name: 'name', rest: true }],
    help: 'Make a group; others come in by /add or /invite',
    run: async (app, { name = '' }) => await enter(app, await app.client.createGroup(name)),
    show: ({ conversation }, app) => [
      `You are in ${app.titleOf(conversation)} now. Its id is ${conversation.id}.`,
      'Bring others in: /add <user>, or /invite for a code that they /join with.',
    ],
  }),
  command({
    name: 'join',
    aliases: [],
    args: [{ name: 'group' }, { name: 'invite', optional: true }],
    help: 'Come into a group, by its id and, where it is not open, an invite',
    async run(app, { group = '', invite }) {
      // As /invite prints it: the id and the code in one word.
      const [id = '', code = invite] = group.split('/');
      if (!UUID.test(id))
        throw new UsageError(
          `“${excerpt(id)}” is not the id of a group. Take the whole line that /invite printed.`,
        );
      return await enter(app, await app.client.joinGroup(id, code));
    },
    show: shownAtOpen,
  }),
  command({
    name: 'open',
    aliases: ['o'],
    args: [{ name: 'conversation', rest: true }],
    help: 'Turn to a conversation, by its name or its number in /groups',
    run: async (app, { conversation = '' }) => await enter(app, await findConversation(app, conversation)),
    show: shownAtOpen,
  }),
  command({
    name: 'groups',
    aliases: ['conversations', 'ls'],
    args: [],
    help: 'All your conversations, the latest first',
    async run(app) {
      app.requireSignedIn();
      const all = app.client.conversations;
      await learnTitles(app, all);
      return {
        conversations: all.map((one) => ({
          topic: one.topic,
          kind: one.kind,
          name: app.titleOf(one),
          unread: one.unread,
          last_seq: one.lastSeq ?? 0,
          read_seq: one.readSeq,
          current: one === app.current,
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
    aliases: [],
    args: [],
    help: 'Leave the open group',
    async run(app) {
      const conversation = app.requireCurrent();
      if (conversation.kind === 'dm')
        throw new UsageError('A conversation of two cannot be left; /open another.');
      await app.client.leaveGroup(conversation.id);
      return { topic: conversation.topic };
    },
  }),
  command({
    name: 'add',
    aliases: [],
    args: [{ name: 'user' }],
    help: 'Bring somebody into the open group',
    async run(app, { user: ref = '' }) {
      const group = requireGroup(app);
      const user = await app.client.people.find(ref.replace(/^@/, ''));
      return await app.client.rest.groups.add(group.id, user.id);
    },
  }),
  command({
    name: 'invite',
    aliases: [],
    args: [],
    help: 'Make a code with which others can join the open group',
    async run(app) {
      const group = requireGroup(app);
      return { group_id: group.id, ...(await app.client.rest.groups.invite(group.id)) };
    },
    show: ({ group_id, invite }) => [`Others come in with: /join ${group_id}/${invite.code}`],
  }),
] as const;

/** Without a connection a conversation that there is already still opens: what is written there is kept. */
async function openDm(app: App, ref: string): Promise<Conversation> {
  try {
    const { id } = await app.client.people.find(ref);
    if (id === app.me) throw new UsageError('That is you. Name somebody else.');
    return await app.client.openDm(id);
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    const dms = app.client.conversations.filter(({ kind }) => kind === 'dm');
    await learnTitles(app, dms);
    const known = dms.find((one) => app.titleOf(one).toLowerCase() === ref.toLowerCase());
    if (!known) throw error;
    return known;
  }
}

function requireGroup(app: App): Conversation {
  const conversation = app.requireCurrent();
  if (conversation.kind === 'group') return conversation;
  throw new UsageError('That is for groups, and a conversation of two is open: /open a group first.');
}

async function enter(app: App, conversation: Conversation) {
  await app.setCurrent(conversation);
  await app.ready(conversation);
  await learnTitles(app, [conversation]);
  await app.learnFrom(conversation.messages.slice(-SHOWN_AT_OPEN));
  const { topic, kind, id, lastSeq = 0, readSeq } = conversation;
  const data = { topic, kind, id, name: app.titleOf(conversation), last_seq: lastSeq, read_seq: readSeq };
  // For `show` only; not part of what scripts get.
  return Object.defineProperty(data, 'conversation', {
    value: conversation,
    enumerable: false,
  }) as typeof data & {
    conversation: Conversation;
  };
}

function shownAtOpen({ conversation }: { conversation: Conversation }, app: App): string[] {
  const shown = conversation.messages.slice(-SHOWN_AT_OPEN);
  return [
    `--- ${app.titleOf(conversation)}`,
    ...shown.flatMap((message) => markedLines(app, conversation, message)),
  ];
}

async function learnTitles(app: App, conversations: readonly Conversation[]): Promise<void> {
  await app.learn(conversations.flatMap(({ about }) => (about.kind === 'dm' ? [app.otherOf(about)] : [])));
}

/** By number, topic, or the beginning of the name where only one begins so. @throws {UsageError} */
export async function findConversation(app: App, text: string): Promise<Conversation> {
  app.requireSignedIn();
  const all = app.client.conversations;
  await learnTitles(app, all);
  const wanted = text.trim().toLowerCase();
  const numbered = /^\d+$/.test(wanted) ? all[Number(wanted) - 1] : undefined;
  const exact = all.find((one) => one.topic === wanted || app.titleOf(one).toLowerCase() === wanted);
  const begins = all.filter((one) => app.titleOf(one).toLowerCase().startsWith(wanted));
  const found = exact ?? numbered ?? (begins.length === 1 ? begins[0] : undefined);
  if (found) return found;
  if (begins.length > 1) throw new UsageError(`More than one begins with “${text}”: write more of it.`);
  throw new UsageError(`No conversation is called “${text}”. /groups shows them; /dm <user> begins one.`);
}
