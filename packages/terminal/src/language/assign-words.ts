import type { Arg } from '../commands/command.ts';
import { hasReferenceForm } from './reference-form.ts';
import type { Word } from './words.ts';

/** An argument and the words that are it: one, or all that are left. */
export type Placed = {
  arg: Arg;
  words: readonly [Word, ...Word[]];
  /** Optional ones before it that these words were not taken for. */
  skipped: readonly Arg[];
};

/** Which words are which argument (spec TERM-13). `left` are those that no argument takes. */
export function assignWords(
  args: readonly Arg[],
  words: readonly Word[],
): { placed: readonly Placed[]; left: readonly Word[] } {
  const placed: Placed[] = [];
  let skipped: Arg[] = [];
  let left = words;
  for (const [index, arg] of args.entries()) {
    const [word, ...others] = left;
    if (!word) break;
    if (arg.optional && !isTaken(arg, left, args.slice(index + 1))) {
      skipped.push(arg);
      continue;
    }
    placed.push({ arg, words: arg.rest ? [word, ...others] : [word], skipped });
    skipped = [];
    left = arg.rest ? [] : others;
  }
  return { placed, left };
}

/**
 * What is optional takes a word only where enough are left for what is needed after it; a message before a text, only a
 * word that can be nothing else.
 */
function isTaken(arg: Arg, left: readonly Word[], after: readonly Arg[]): boolean {
  const needed = after.filter(({ optional }) => !optional).length;
  if (left.length <= needed) return false;
  const first = left[0];
  if (arg.kind === 'message' && after.some(({ rest }) => rest))
    return first !== undefined && hasReferenceForm(first);
  return true;
}
