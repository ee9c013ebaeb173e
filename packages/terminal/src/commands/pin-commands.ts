import { UsageError } from '../language/usage-error.ts';
import { command } from './command.ts';
import type { CommandContext } from './command-context.ts';
import { MESSAGE } from './message-commands.ts';
import { findMessage } from './message-reference.ts';
import { messageLine, peopleIn } from './message-text.ts';
import { requireCurrent } from './permission.ts';

export const PIN_COMMANDS = [
  command({
    name: 'pin',
    aliases: [],
    args: [MESSAGE],
    help: 'Keep a message at hand, for yourself and on this device: the selected one, else the last.',
    details: '/pins shows them.\n/pin\n/pin #123',
    permission: { needs: 'conversation', right: 'read' },
    async run(context, { message: reference }) {
      const { seq } = await findMessage(context, reference);
      return await keep(context, [...pinsHere(context).filter((one) => one !== seq), seq]);
    },
    show: ({ pins }) => [`Pinned: ${pins.map((seq) => `#${seq}`).join(', ')}. /pins shows them.`],
  }),
  command({
    name: 'unpin',
    aliases: [],
    args: [MESSAGE],
    help: 'Let go of a pinned message: the selected one, or the one that you name.',
    permission: { needs: 'conversation', right: 'read' },
    async run(context, { message: reference }) {
      const before = pinsHere(context);
      const last = before.at(-1);
      const named =
        reference ?? (context.selected() === undefined && last !== undefined ? `#${last}` : undefined);
      const { seq } = await findMessage(context, named);
      if (!before.includes(seq)) throw new UsageError(`#${seq} is not pinned.`);
      return await keep(
        context,
        before.filter((one) => one !== seq),
      );
    },
    show: ({ pins }) => [pins.length === 0 ? 'Nothing is pinned here.' : `Still pinned: ${pins.length}.`],
  }),
  command({
    name: 'pins',
    aliases: [],
    args: [],
    help: 'The messages that you have pinned in the open conversation.',
    permission: { needs: 'conversation', right: 'read' },
    async run(context) {
      const conversation = requireCurrent(context);
      const found = await Promise.all(
        pinsHere(context).map(
          async (seq) =>
            conversation.messages.find((message) => message.seq === seq) ??
            (await conversation.messageAt(seq)).message,
        ),
      );
      // Retention may have taken one.
      const messages = found.filter((message) => message !== undefined);
      await context.learn(peopleIn(messages));
      return { messages };
    },
    show: ({ messages }, { name }) =>
      messages.length === 0
        ? ['Nothing is pinned here.']
        : messages.map((message) => messageLine(message, name)),
  }),
] as const;

function pinsHere(context: CommandContext): readonly number[] {
  return context.preferences.current.pins[requireCurrent(context).topic] ?? [];
}

async function keep(context: CommandContext, pins: readonly number[]) {
  const { topic } = requireCurrent(context);
  await context.preferences.change({ pins: { ...context.preferences.current.pins, [topic]: pins } });
  return { topic, pins };
}
