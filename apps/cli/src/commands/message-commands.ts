import type { Conversation } from '@tpx/sdk';
import type { App } from '../app.ts';
import { UsageError } from '../text/explain-error.ts';
import { excerpt, messageLines } from '../text/message-lines.ts';
import { command } from './command.ts';
import { findConversation } from './conversation-commands.ts';
import { markedLines } from './marked-lines.ts';

const HISTORY_DEFAULT = 20;
const HISTORY_MAX = 1_000;

export const MESSAGE_COMMANDS = [
  command({
    name: 'msg',
    aliases: ['m'],
    args: [{ name: 'text', rest: true }],
    help: 'Write to the open conversation; a line without a slash does the same',
    async run(app, { text = '' }) {
      const conversation = app.requireCurrent();
      const entry = await conversation.sendText(text);
      return { topic: conversation.topic, client_id: entry.client_id };
    },
  }),
  command({
    name: 'tell',
    aliases: [],
    args: [{ name: 'conversation' }, { name: 'text', rest: true }],
    help: 'Write to another conversation without turning to it',
    async run(app, { conversation: name = '', text = '' }) {
      const conversation = await findConversation(app, name);
      const entry = await conversation.sendText(text);
      return { topic: conversation.topic, client_id: entry.client_id };
    },
  }),
  command({
    name: 'read',
    aliases: ['r'],
    args: [],
    help: 'Mark the open conversation as read',
    async run(app) {
      const conversation = app.requireCurrent();
      await conversation.markRead();
      return { topic: conversation.topic, read_seq: conversation.readSeq };
    },
  }),
  command({
    name: 'history',
    aliases: ['h'],
    args: [{ name: 'n', optional: true }],
    help: 'The last messages of the open conversation, 20 unless you say how many',
    async run(app, { n }) {
      const conversation = app.requireCurrent();
      const wanted = readCount(n);
      await app.ready(conversation);
      while (conversation.messages.length < wanted && conversation.joined) {
        const before = conversation.messages.length;
        const more = await conversation.loadOlder(Math.min(100, wanted - before));
        if (!more || conversation.messages.length === before) break;
      }
      const messages = conversation.messages.slice(-wanted);
      await app.learnFrom(messages);
      return { topic: conversation.topic, messages };
    },
    show: ({ messages, topic }, app) => {
      const conversation = app.client.conversation(topic);
      return messages.flatMap((message) =>
        conversation ? markedLines(app, conversation, message) : messageLines(message, app.name),
      );
    },
  }),
  command({
    name: 'receipts',
    aliases: [],
    args: [],
    help: 'Who has your last message of the open conversation, and who has read it',
    async run(app) {
      const conversation = app.requireCurrent();
      const me = app.client.me.id;
      const message = conversation.messages.findLast(
        ({ sender_id, type }) => sender_id === me && type !== 'system',
      );
      if (!message) throw new UsageError('You have written nothing here yet.');
      const receipts = await app.client.rest.messages.receipts(message.id, { limit: 100 });
      await app.learn(receipts.members.map(({ user_id }) => user_id));
      return { topic: conversation.topic, message, ...receipts };
    },
    show: ({ message, delivered, read, of, members }, app) => [
      ...messageLines(message, app.name),
      `delivered to ${delivered} of ${of}, read by ${read}`,
      ...members.map(({ user_id, delivered_seq, read_seq }) => {
        const mark = read_seq >= message.seq ? 'R' : delivered_seq >= message.seq ? 'D' : '…';
        return `  ${mark} ${app.name(user_id)}`;
      }),
    ],
  }),
  command({
    name: 'resend',
    aliases: [],
    args: [],
    help: 'Send again what was refused in the open conversation',
    run: (app) => withFailed(app, (conversation, clientId) => conversation.resend(clientId)),
  }),
  command({
    name: 'discard',
    aliases: [],
    args: [],
    help: 'Forget what was refused in the open conversation',
    run: (app) => withFailed(app, (conversation, clientId) => conversation.discard(clientId)),
    show: ({ client_ids }) => [`Forgotten: ${client_ids.length}.`],
  }),
] as const;

async function withFailed(app: App, act: (conversation: Conversation, clientId: string) => Promise<unknown>) {
  const conversation = app.requireCurrent();
  const failed = conversation.outbox.filter(({ state }) => state === 'failed');
  if (failed.length === 0) throw new UsageError('Nothing was refused here.');
  for (const { client_id } of failed) await act(conversation, client_id);
  return { topic: conversation.topic, client_ids: failed.map(({ client_id }) => client_id) };
}

function readCount(text: string | undefined): number {
  if (text === undefined) return HISTORY_DEFAULT;
  const count = Number(text);
  if (Number.isInteger(count) && count > 0 && count <= HISTORY_MAX) return count;
  throw new UsageError(`How many is a number from 1 to ${HISTORY_MAX}, not “${excerpt(text)}”.`);
}
