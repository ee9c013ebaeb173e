import { UsageError } from '../language/usage-error.ts';
import type { HighlightRule } from '../preferences/preferences.ts';
import { requireCheap } from './pattern-cost.ts';

/** Only so much of a message is looked at: enough to be called, and little enough for any pattern. */
export const LOOKED_AT_MAX = 400;
const PATTERN_MAX = 200;

/** Whether a text calls. Total: never throws, whatever the text. */
export type Matcher = (text: string) => boolean;

/**
 * A word, found where it stands by itself and in whatever case; or `/pattern/flags` (spec TERM-22).
 * @throws {UsageError} for a pattern that is none, or that could take too long
 */
export function compilePattern(pattern: string): Matcher {
  if (pattern.length > PATTERN_MAX)
    throw new UsageError(`A highlight has at most ${PATTERN_MAX} characters.`);
  const [, source, flags] = /^\/(.+)\/([a-z]*)$/s.exec(pattern) ?? [];
  return source === undefined || flags === undefined ? word(pattern) : expression(source, flags);
}

function expression(source: string, flags: string): Matcher {
  const wrong = /[^ius]/.exec(flags);
  if (wrong) throw new UsageError(`The flag ${wrong[0]} is not known here: i, s and u are.`);
  requireCheap(source, LOOKED_AT_MAX);
  let regex: RegExp;
  try {
    regex = new RegExp(source, flags);
  } catch (error) {
    throw new UsageError(`/${source}/ is no pattern: ${(error as Error).message}`);
  }
  return (text) => regex.test(text.slice(0, LOOKED_AT_MAX));
}

function word(text: string): Matcher {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') throw new UsageError('A highlight is a word, or a pattern like /deploy(ed)?/i.');
  return (message) => {
    const looked = message.slice(0, LOOKED_AT_MAX).toLowerCase();
    for (let at = looked.indexOf(wanted); at !== -1; at = looked.indexOf(wanted, at + 1)) {
      if (!isLetter(looked, at - 1) && !isLetter(looked, at + wanted.length)) return true;
    }
    return false;
  };
}

function isLetter(text: string, at: number): boolean {
  return /[\p{L}\p{N}_]/u.test(text.charAt(at));
}

const compiled = new Map<string, Matcher | undefined>();
const COMPILED_MAX = 500;

/** As `compilePattern`, remembered. undefined for one that cannot be used: of a file that somebody edited. */
export function matcherOf({ pattern }: HighlightRule): Matcher | undefined {
  if (compiled.has(pattern)) return compiled.get(pattern);
  let matcher: Matcher | undefined;
  try {
    matcher = compilePattern(pattern);
  } catch {
    matcher = undefined;
  }
  if (compiled.size >= COMPILED_MAX) compiled.clear();
  compiled.set(pattern, matcher);
  return matcher;
}
