import type { ArgKind, Args, Command } from '../commands/command.ts';
import { usageOf } from '../commands/usage.ts';
import { assignWords, type Placed } from './assign-words.ts';
import { checkArgs, type Places } from './check-args.ts';
import { findCommand, requireCommand, unknownCommand } from './find-command.ts';
import { type LinePlace, UsageError } from './usage-error.ts';
import { requireClosed, splitWords } from './words.ts';

export type Parsed = { command: Command; args: Args; places: Places };

/** What may well begin with a quotation mark, and then means it. */
const VERBATIM: ReadonlySet<ArgKind> = new Set(['text', 'secret']);

/**
 * A typed line: `/name words`, or plain text, which is `/msg` with it. Two slashes begin a text with one (TERM-10).
 * @throws {UsageError}
 */
export function parseLine(line: string, table: readonly Command[]): Parsed {
  const text = plainText(line);
  if (text !== undefined)
    return { command: requireCommand('msg', table), args: { text }, places: { text: whole(line) } };
  const words = splitWords(line, 1);
  const found = words[0]?.start === 1 ? findCommand(words, table) : undefined;
  if (!found) throw unknownCommand(words[0]?.start === 1 ? words : [], table);
  const { command } = found;
  const { placed, left } = assignWords(command.args, words.slice(found.words));
  const args: Record<string, string> = {};
  const places: Record<string, LinePlace> = {};
  for (const one of placed) {
    args[one.arg.name] = textOf(one, line);
    places[one.arg.name] = { start: one.words[0].start, end: one.words.at(-1)?.end ?? line.length };
  }
  const [extra] = left;
  if (extra)
    throw new UsageError(`Too many words. It is ${usageOf(command)}.`, {
      start: extra.start,
      end: left.at(-1)?.end ?? line.length,
    });
  const end = { start: line.length, end: line.length };
  return { command, args: checkArgs(command, args, places, end), places };
}

/** The message that a line is, where it is no command. */
export function plainText(line: string): string | undefined {
  if (!line.startsWith('/')) return line;
  return line.startsWith('//') ? line.slice(1) : undefined;
}

function textOf({ arg, words }: Placed, line: string): string {
  const [first, ...others] = words;
  const raw = () => line.slice(first.start, others.at(-1)?.end ?? first.end);
  if (VERBATIM.has(arg.kind) && arg.rest) return raw();
  if (others.length > 0) return raw();
  requireClosed(first);
  return first.text;
}

function whole(line: string): LinePlace {
  return { start: 0, end: line.length };
}
