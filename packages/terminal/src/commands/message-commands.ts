import type { MessageContent } from '@tpx/protocol';
import type { Conversation } from '@tpx/sdk';
import { actionText } from '../language/action-text.ts';
import { expandEmoji, readEmoji } from '../language/emoji-names.ts';
import { UsageError } from '../language/usage-error.ts';
import { splitLinks } from '../text/links.ts';
import { comesWithMedia } from './comes-with-media.ts';
import { command } from './command.ts';
import { findConversation } from './find-conversation.ts';
import { findMessage } from './message-reference.ts';
import { bodyOf, clock } from './message-text.ts';
import { requireCurrent } from './permission.ts';

export const MESSAGE = { name: 'message', kind: 'message', optional: true } as const;
const TEXT = { name: 'text', kind: 'text', rest: true } as const;

export const MESSAGE_COMMANDS = [
  command({
    name: 'msg',
    aliases: ['m', 'say'],
    args: [TEXT],
    help: 'Write to the open conversation; a line without a slash does the same.',
    details:
      '`:smile:` becomes 😄, except in `code`. A text that begins with a slash is written with two: //etc/hosts',
    permission: { needs: 'conversation', right: 'send' },
    run: async (context, { text = '' }) => await send(requireCurrent(context), expandEmoji(text)),
  }),
  command({
    name: 'me',
    aliases: ['action'],
    args: [TEXT],
    help: 'Say what you do: /me waves is shown as * alice waves.',
    permission: { needs: 'conversation', right: 'send' },
    run: async (context, { text = '' }) => await send(requireCurrent(context), actionText(expandEmoji(text))),
  }),
  command({
    name: 'tell',
    aliases: [],
    args: [{ name: 'conversation', kind: 'conversation' }, TEXT],
    help: 'Write to another conversation without turning to it.',
    examples: ['/tell bob on my way', '/tell "The long room" hello'],
    permission: { needs: 'account' },
    run: async (context, { conversation = '', text = '' }) =>
      await send(await findConversation(context, conversation), expandEmoji(text)),
  }),
  command({
    name: 'reply',
    aliases: ['re'],
    args: [MESSAGE, TEXT],
    help: 'Answer a message: the selected one, else the last of somebody else.',
    details: 'Name another like -2, #123 or @bob, before the text.',
    examples: ['/reply yes', '/reply #12 that is it'],
    permission: { needs: 'conversation', right: 'send' },
    async run(context, { message: reference, text = '' }) {
      const { id } = await findMessage(context, reference, 'others');
      return { ...(await send(requireCurrent(context), expandEmoji(text), id)), reply_to: id };
    },
  }),
  command({
    name: 'edit',
    aliases: ['e'],
    args: [MESSAGE, { ...TEXT, optional: true }],
    help: 'Change a message of yours: the selected one, else your last.',
    details: 'Without a text it opens your editor with what is there.',
    examples: ['/edit it is spelt so', '/edit -2 I meant this'],
    permission: { needs: 'conversation', right: 'edit_own' },
    async run(context, { message: reference, text }) {
      const message = await findMessage(context, reference, 'own');
      const edited = text ?? (await context.ports.editor.edit(bodyOf(message)));
      if (edited === undefined || edited.trim() === '') throw new UsageError('Nothing was changed.');
      return { message: await requireCurrent(context).edit(message.id, expandEmoji(edited.trimEnd())) };
    },
  }),
  command({
    name: 'delete',
    aliases: ['del', 'redact'],
    args: [MESSAGE],
    help: 'Delete a message: the selected one, else your last. Admins may delete others’.',
    examples: ['/delete', '/delete -2', '/delete #123'],
    permission: { needs: 'conversation', right: 'delete_own' },
    async run(context, { message: reference }) {
      const message = await findMessage(context, reference, 'own');
      return { message: await requireCurrent(context).delete(message.id) };
    },
  }),
  command({
    name: 'react',
    aliases: ['+'],
    args: [MESSAGE, { name: 'emoji', kind: 'emoji' }],
    help: 'React to a message: the selected one, else the last. The same again takes it back.',
    examples: ['/react 👍', '/react :tada:', '/react #12 heart'],
    permission: { needs: 'conversation', right: 'react' },
    async run(context, { message: reference, emoji: typed = '' }) {
      const emoji = readEmoji(typed);
      if (emoji === undefined)
        throw new UsageError(`“${typed}” is no emoji: write one, or its name like :tada:.`);
      const conversation = requireCurrent(context);
      const message = await findMessage(context, reference);
      const me = context.client.me.id;
      const on = !message.reactions.some((one) => one.emoji === emoji && one.user_ids.includes(me));
      await conversation.react(message.id, emoji, on);
      return { id: message.id, seq: message.seq, emoji, on };
    },
  }),
  command({
    name: 'forward',
    aliases: ['fwd'],
    args: [MESSAGE, { name: 'conversation', kind: 'conversation', rest: true }],
    help: 'Send a copy of a message, with its author’s name, to another conversation.',
    examples: ['/forward bob', '/forward #12 The long room'],
    permission: { needs: 'conversation', right: 'read' },
    async run(context, { message: reference, conversation: to = '' }) {
      const message = await findMessage(context, reference);
      if (message.type !== 'text' || message.encryption !== null || message.deleted)
        throw new UsageError('Only text can be forwarded.');
      const target = await findConversation(context, to);
      await context.learn([message.sender_id]);
      const { text = '' } = message.content as MessageContent;
      const quoted = text.split('\n').map((line) => `> ${line}`);
      const head = `Forwarded from ${context.name(message.sender_id)}, ${clock(message.created_at)}:`;
      return await send(target, [head, ...quoted].join('\n'));
    },
  }),
  command({
    name: 'copy',
    aliases: [],
    args: [MESSAGE],
    help: 'Copy the text of a message to the clipboard.',
    permission: { needs: 'conversation' },
    async run(context, { message: reference }) {
      const text = bodyOf(await findMessage(context, reference));
      await context.ports.clipboard.write(text);
      return { text };
    },
    show: () => ['Copied.'],
  }),
  command({
    name: 'url',
    aliases: [],
    args: [MESSAGE],
    help: 'Open the first web address in a message.',
    permission: { needs: 'conversation' },
    async run(context, { message: reference }) {
      const pieces = splitLinks(bodyOf(await findMessage(context, reference)).replaceAll('\n', ' '));
      const url = pieces.find(({ link }) => link !== undefined)?.link;
      if (url === undefined) throw new UsageError('There is no web address in that message.');
      await context.ports.links.open(url);
      return { url };
    },
    show: ({ url }) => [`Opened ${url}`],
  }),
  command({
    name: 'compose',
    aliases: [],
    args: [],
    help: 'Write a long message in your own editor.',
    permission: { needs: 'conversation', right: 'send' },
    async run(context) {
      const conversation = requireCurrent(context);
      const text = await context.ports.editor.edit('');
      if (text === undefined || text.trim() === '') throw new UsageError('Nothing was sent.');
      return await send(conversation, expandEmoji(text.trimEnd()));
    },
  }),
  command({
    name: 'upload',
    aliases: [],
    args: [{ name: 'path', kind: 'path', rest: true }],
    help: 'Send a file. It comes with media: not in this version yet.',
    permission: { needs: 'conversation', right: 'send' },
    run: () => comesWithMedia('Files'),
  }),
] as const;

async function send(conversation: Conversation, text: string, replyTo?: string) {
  const more = replyTo === undefined ? {} : { reply_to: replyTo };
  const { client_id } = await conversation.sendText(text, more);
  return { topic: conversation.topic, client_id };
}
