import { findCommand, unknownCommand } from '../language/find-command.ts';
import { UsageError } from '../language/usage-error.ts';
import { splitWords } from '../language/words.ts';
import { type Command, command, type Line } from './command.ts';
import type { CommandContext } from './command-context.ts';
import { isAllowed } from './permission.ts';
import { usageOf } from './usage.ts';

/** Commands that belong together, under the heading of their part of the manual. */
export type Subject = { title: string; commands: readonly Command[] };

/** Made from the table itself, which has this command in it: hence the function. */
export function helpCommand(subjects: () => readonly Subject[]): Command {
  return command({
    name: 'help',
    aliases: ['?'],
    args: [{ name: 'command', kind: 'command', rest: true, optional: true }],
    help: 'What you can do here; with a command, everything about it.',
    details: '/help lists what your role allows here, /help all everything.',
    examples: ['/help group create'],
    permission: { needs: 'anybody' },
    async run(context, { command: name }) {
      if (name === undefined) return { lines: listLines(subjects(), (one) => isAllowed(one, context)) };
      if (name === 'all') return { lines: listLines(subjects(), () => true) };
      const table = subjects().flatMap(({ commands }) => commands);
      const words = splitWords(name.replace(/^\//, ''));
      const found = findCommand(words, table);
      // Where it points to is in the name alone, not in the line that was typed.
      if (!found) throw new UsageError(unknownCommand(words, table).message);
      return { lines: aboutLines(found.command, context) };
    },
    show: ({ lines }) => lines,
  });
}

/** `/dm <user>  Talk to somebody`, under the headings of the subjects. */
export function listLines(subjects: readonly Subject[], isListed: (command: Command) => boolean): Line[] {
  const listed = subjects
    .map(({ title, commands }) => ({ title, commands: commands.filter(isListed) }))
    .filter(({ commands }) => commands.length > 0);
  const width =
    Math.max(0, ...listed.flatMap(({ commands }) => commands.map((one) => usageOf(one).length))) + 2;
  return listed.flatMap(({ title, commands }) => [
    { kind: 'heading' as const, text: title },
    ...commands.map((one) => `${usageOf(one).padEnd(width)}${one.help}`),
  ]);
}

function aboutLines(one: Command, context: CommandContext): Line[] {
  const { aliases, help, details, examples = [] } = one;
  return [
    { kind: 'heading', text: usageOf(one) },
    help,
    ...(aliases.length > 0 ? [`Also: ${aliases.map((alias) => `/${alias}`).join(', ')}`] : []),
    ...(details?.split('\n') ?? []),
    ...examples.map((text) => ({ kind: 'code' as const, text })),
    ...(isAllowed(one, context)
      ? []
      : [{ kind: 'error' as const, text: 'Not here, or not with your role.' }]),
  ];
}
