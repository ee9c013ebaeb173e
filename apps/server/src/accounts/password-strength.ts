import { cleanName, Refusal } from '@tpx/protocol';
import type { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { foldForGuessing } from './fold-for-guessing.ts';

/** zxcvbn's 3 of 4: more than a hundred million guesses by somebody who tries what people choose first. */
const SCORE_MIN = 3;
/** Its time grows with the square of the length: 40 characters take up to 10 ms, 256 take 200. */
const LOOKED_AT = 40;
/** What is left of a password without its owner's name has to be more than an ending. */
const BESIDE_NAME_MIN = 6;
/** Shorter names are within other words. */
const NAME_MIN = 3;
const DIFFERENT_MIN = 5;
const SEQUENCE_SHARE = 0.7;
/** Every second one is a sequence as well. */
const STEP_MAX = 2;

/** Who chooses the password. */
export type Chooser = { username: string; displayName: string; pin?: string | null };

/**
 * Refuses what is guessed first: common passwords and their variants, sequences, repetitions, rows of keys, and what is made
 * of the person's own names (NIST SP 800-63B section 5.1.1.2). Composition is not asked for.
 * @throws {Refusal} `invalid`
 */
export async function requireStrongPassword(
  password: string,
  { username, displayName, pin }: Chooser,
): Promise<void> {
  // As it is hashed: another form of the same characters is no other password.
  const text = password.normalize('NFKC');
  if (cleanName(text) === '') throw weak('Nothing of it can be seen.');
  const names = [username, displayName, ...displayName.split(/\s+/), pin ?? '', 'tpx'];
  if (isMadeOf(text, names)) throw weak('It is made of your own name.');
  const characters = [...text.toLowerCase()];
  if (new Set(characters).size < DIFFERENT_MIN) throw weak('It has too few different characters.');
  if (isSequence(characters)) throw weak('It is a sequence.');
  // Loaded for the first password: the word lists take 30 MB, which a node without registrations does not need.
  const { estimator } = await import('./guess-estimator.ts');
  const warning = warningOf(estimator, text, names);
  if (warning !== undefined) throw weak(REASONS[warning] ?? 'It is close to what is often chosen.');
  const folded = foldForGuessing(text);
  const reason = folded === text ? undefined : REASONS[warningOf(estimator, folded, names) ?? ''];
  // Without a reason it is only short, for want of what was folded away.
  if (reason !== undefined) throw weak(reason);
}

/** Undefined where it takes many guesses, else why it does not, by the keys of zxcvbn, which knows no reason for some. */
function warningOf(estimator: ZxcvbnFactory, text: string, names: readonly string[]): string | undefined {
  const ends = text.length > LOOKED_AT ? [text.slice(0, LOOKED_AT), text.slice(-LOOKED_AT)] : [text];
  const results = ends.map((part) => estimator.check(part, [...names]));
  if (results.some(({ score }) => score >= SCORE_MIN)) return undefined;
  return results[0]?.feedback.warning ?? '';
}

/** In any script: nearly every character is the one before it or near it. */
function isSequence(characters: readonly string[]): boolean {
  const codes = characters.map((character) => character.codePointAt(0) ?? 0);
  const steps = codes.slice(1).filter((code, index) => Math.abs(code - (codes[index] ?? 0)) <= STEP_MAX);
  return steps.length >= SEQUENCE_SHARE * (codes.length - 1);
}

function isMadeOf(password: string, names: readonly string[]): boolean {
  const letters = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
  const all = letters(password);
  const longestFirst = names.map(letters).sort((a, b) => b.length - a.length);
  let rest = all;
  for (const name of longestFirst) if (name.length >= NAME_MIN) rest = rest.replaceAll(name, '');
  return rest !== all && rest.length < BESIDE_NAME_MIN;
}

/** By the keys of zxcvbn's warnings. */
const REASONS: Readonly<Record<string, string>> = {
  straightRow: 'It is a row of keys.',
  keyPattern: 'It is a pattern of keys.',
  simpleRepeat: 'It repeats itself.',
  extendedRepeat: 'It repeats itself.',
  sequences: 'It is a sequence.',
  recentYears: 'It is a year and little else.',
  dates: 'It is a date.',
  topTen: 'It is one of the most common passwords.',
  topHundred: 'It is one of the most common passwords.',
  common: 'It is a common password.',
  similarToCommon: 'It is close to a common password.',
  userInputs: 'It is made of your own name.',
};

function weak(reason: string): Refusal {
  const advice = 'Take several words that do not belong together, or let a password manager make one.';
  return new Refusal('invalid', `This password would be guessed soon. ${reason} ${advice}`, {
    details: { reason: 'weak_password' },
  });
}
