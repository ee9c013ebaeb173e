import { UsageError } from '../language/usage-error.ts';
import { command } from './command.ts';
import { MESSAGE } from './message-commands.ts';
import { findMessage } from './message-reference.ts';
import { messageLine, peopleIn } from './message-text.ts';
import { requireCurrent } from './permission.ts';

export const PIN_COMMANDS = [
  command({
    name: 'pin',
    aliases: [],
    args: [MESSAGE],
    help: 'Keep a message at hand for everybody here: the selected one, else the last.',
    details: '/pins shows them.',
    examples: ['/pin', '/pin #123'],
    permission: { needs: 'conversation', right: 'pin' },
    async run(context, { message: reference }) {
      const { id } = await findMessage(context, reference);
      return await context.client.rest.messages.pin(id);
    },
  }),
  command({
    name: 'unpin',
    aliases: [],
    args: [MESSAGE],
    help: 'Let go of a pinned message: the selected one, else the one that was pinned last.',
    permission: { needs: 'conversation', right: 'pin' },
    async run(context, { message: reference }) {
      const { rest } = context.client;
      const { kind, id } = requireCurrent(context);
      const { pins } = await rest.messages.pins(kind, id);
      const last = pins[0]?.message;
      if (!last) throw new UsageError('Nothing is pinned here.');
      const named = reference ?? (context.selected() === undefined ? `#${last.seq}` : undefined);
      return await rest.messages.unpin((await findMessage(context, named)).id);
    },
  }),
  command({
    name: 'pins',
    aliases: [],
    args: [],
    help: 'What is pinned in the open conversation.',
    permission: { needs: 'conversation', right: 'read' },
    async run(context) {
      const { kind, id } = requireCurrent(context);
      const { pins } = await context.client.rest.messages.pins(kind, id);
      await context.learn(pins.flatMap(({ message, pinned_by }) => [pinned_by, ...peopleIn([message])]));
      return { pins };
    },
    show: ({ pins }, { name }) =>
      pins.length === 0
        ? ['Nothing is pinned here.']
        : pins.map(({ message, pinned_by }) => `${messageLine(message, name)}  pinned by ${name(pinned_by)}`),
  }),
] as const;
