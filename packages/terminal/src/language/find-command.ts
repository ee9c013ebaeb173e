import type { Command } from '../commands/command.ts';
import { usageOf } from '../commands/usage.ts';
import { closest } from './closest.ts';
import { UsageError } from './usage-error.ts';
import type { Word } from './words.ts';

export type Found = { command: Command; words: number };

/** By its name or an alias of one or two words; two go before one. */
export function findCommand(words: readonly Word[], table: readonly Command[]): Found | undefined {
  const [first, second] = words;
  if (!first || first.quoted) return undefined;
  const both = second && !second.quoted ? named(`${first.text} ${second.text}`, table) : undefined;
  if (both) return { command: both, words: 2 };
  const one = named(first.text, table);
  return one && { command: one, words: 1 };
}

function named(name: string, table: readonly Command[]): Command | undefined {
  const wanted = name.toLowerCase();
  return table.find((command) => namesOf(command).includes(wanted));
}

/** As for a script, that gives the name and nothing else. @throws {UsageError} */
export function requireCommand(name: string, table: readonly Command[]): Command {
  const command = named(name, table);
  if (command) return command;
  throw new UsageError(`There is no command “${name}”.${hintFor(name, table)} “help” lists them all.`);
}

/** For words that are no command: says which was meant, or what may follow the first of two. */
export function unknownCommand(words: readonly Word[], table: readonly Command[]): UsageError {
  const [first, second] = words;
  if (!first)
    return new UsageError('A command follows the slash: /help lists them all.', { start: 0, end: 1 });
  const head = first.text.toLowerCase();
  const tails = tailsOf(head, table);
  if (tails.length > 0) {
    const near = second && closest(second.text.toLowerCase(), tails);
    const hint = near === undefined ? '' : ` Did you mean /${head} ${near}?`;
    const at = second ?? first;
    return new UsageError(`/${head} is followed by ${tails.join(', ')}.${hint}`, {
      start: at.start,
      end: at.end,
    });
  }
  const advice = head.includes('/') ? ' A text that begins with a slash is written with two.' : '';
  const both = second && `${head} ${second.text.toLowerCase()}`;
  const hint = (both && hintFor(both, table)) || hintFor(head, table);
  const message = `There is no command /${first.text}.${hint}${advice} /help lists them all.`;
  return new UsageError(message, { start: 0, end: first.end });
}

function hintFor(typed: string, table: readonly Command[]): string {
  const name = typed.toLowerCase();
  const begun = name.length < 2 ? undefined : table.find((command) => command.name.startsWith(name));
  const near = closest(name, table.flatMap(namesOf));
  const meant = begun ?? (near === undefined ? undefined : named(near, table));
  return meant ? ` Did you mean ${usageOf(meant)}?` : '';
}

/**
 * Whether the line may hold a secret: it is for a command that takes one, or for none and begins like one that does.
 */
export function mayHoldSecret(words: readonly Word[], table: readonly Command[]): boolean {
  const takers = table.filter(({ args }) => args.some(({ kind }) => kind === 'secret'));
  const found = findCommand(words, table);
  if (found) return takers.includes(found.command);
  const head = words[0]?.text.toLowerCase() ?? '';
  const names = takers.flatMap(namesOf);
  return (
    closest(head, names) !== undefined || names.some((name) => name.startsWith(head) || head.startsWith(name))
  );
}

/** The second words of the names that begin with `head`. */
function tailsOf(head: string, table: readonly Command[]): string[] {
  return table.flatMap(namesOf).flatMap((name) => {
    const [first, second] = name.split(' ');
    return first === head && second !== undefined ? [second] : [];
  });
}

export function namesOf({ name, aliases }: Command): readonly string[] {
  return [name, ...aliases];
}
