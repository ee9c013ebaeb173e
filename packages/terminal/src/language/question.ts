import type { Arg, Command } from '../commands/command.ts';
import { assignWords } from './assign-words.ts';
import { findCommand } from './find-command.ts';
import { plainText } from './parse-line.ts';
import type { LinePlace } from './usage-error.ts';
import { splitWords, type Word } from './words.ts';

/** What Tab is asked for at a cursor; `typed` is what stands there, up to the cursor, without quotes. */
export type Question =
  /** The name of a command: of one word, or of two. */
  | { about: 'command'; typed: string; at: LinePlace }
  /** An argument; the first of `args` is the likeliest. `before`: the argument in front of it. */
  | {
      about: 'argument';
      command: Command;
      args: readonly Arg[];
      before: string;
      typed: string;
      at: LinePlace;
    }
  /** A word of a text that will be sent. `isFirst` in it. */
  | { about: 'text'; typed: string; at: LinePlace; isFirst: boolean };

/** Everything that the cursor may be in: `/search al` is the beginning of a name as well as of a text. */
export function questionsAt(line: string, cursor: number, table: readonly Command[]): Question[] {
  const head = line.slice(0, cursor);
  if (plainText(line) !== undefined)
    return [textQuestion(head, Math.min(cursor, line.startsWith('//') ? 2 : 0))];
  if (cursor === 0) return [];
  const words = splitWords(head, 1);
  if (words.length > 0 && words[0]?.start !== 1) return [];
  const last = words.at(-1);
  const current = last?.end === head.length ? last : emptyWord(head.length);
  const complete = current === last ? words.slice(0, -1) : words;
  const questions: Question[] = [];
  if (complete.length <= 1 && !current.quoted && complete.every(({ quoted }) => !quoted)) {
    const typed = [...complete, current].map(({ text }) => text.toLowerCase()).join(' ');
    questions.push({ about: 'command', typed, at: { start: 1, end: cursor } });
  }
  const found = findCommand(complete, table);
  if (found) questions.push(...argumentQuestion(head, found.command, complete.slice(found.words), current));
  return questions;
}

function argumentQuestion(
  head: string,
  command: Command,
  complete: readonly Word[],
  current: Word,
): Question[] {
  const { placed, left } = assignWords(command.args, [...complete, current]);
  const here = placed.at(-1);
  if (!here || left.length > 0) return [];
  const [first] = here.words;
  if (here.arg.kind === 'text') {
    const text = textQuestion(head, first.start);
    // A reference that is being written is still a text for all that the words tell.
    const isFirst = text.about === 'text' && text.isFirst;
    return isFirst && here.skipped.length > 0
      ? [text, { about: 'argument', command, args: here.skipped, before: '', typed: text.typed, at: text.at }]
      : [text];
  }
  const before = placed.at(-2)?.words[0].text ?? '';
  const typed = here.words.length > 1 ? head.slice(first.start) : first.text;
  const at = { start: first.start, end: head.length };
  return [{ about: 'argument', command, args: [here.arg, ...here.skipped], before, typed, at }];
}

function textQuestion(head: string, from: number): Question {
  const start = Math.max(from, head.search(/\S*$/));
  const isFirst = head.slice(from, start).trim() === '';
  return { about: 'text', typed: head.slice(start), at: { start, end: head.length }, isFirst };
}

function emptyWord(at: number): Word {
  return { text: '', start: at, end: at, quoted: false, open: false };
}
