import { z } from 'zod';
import { cleanName, cleanProse, cleanText, SEEN_PATTERN, TEXT_PATTERN } from './text.ts';

/**
 * Strings of requests. What the OpenAPI document says of one is exactly what is accepted (spec REST-13), so each states its
 * bounds twice, in one place: as checks, and as the JSON Schema keywords that mean the same.
 *
 * Lengths count code points, as `minLength` and `maxLength` do (JSON Schema 2020-12, validation, section 6.3), and not the
 * UTF-16 units of `String.length`.
 */
type Bounds = { min?: number; max: number; pattern?: string };

/** Code points are at most as many as UTF-16 units, and at least half as many: most strings are not walked. */
function hasAtMost(text: string, max: number): boolean {
  return text.length <= max || (text.length <= max * 2 && countCodePoints(text) <= max);
}

function hasAtLeast(text: string, min: number): boolean {
  return text.length >= min && (text.length >= min * 2 || countCodePoints(text) >= min);
}

function countCodePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** A string that is kept or looked up as it came. */
export function boundedString({ min = 0, max, pattern }: Bounds) {
  const bounded = z
    .string()
    .refine((text) => hasAtLeast(text, min), {
      error: `Too small: expected string to have >=${min} characters`,
      abort: true,
    })
    .refine((text) => hasAtMost(text, max), {
      error: `Too big: expected string to have <=${max} characters`,
      abort: true,
    });
  const matching = pattern === undefined ? bounded : bounded.regex(new RegExp(pattern, 'u'));
  return matching.meta(keywords({ min, max, ...(pattern !== undefined && { pattern }) }));
}

/** The length counts before and after cleaning: some letters grow when they are composed. */
function cleaned(clean: (text: string) => string, bounds: Bounds, whenEmpty: string) {
  const { min = 0, max } = bounds;
  const tooBig = `Too big: expected string to have <=${max} characters`;
  return z
    .string()
    .refine((text) => hasAtMost(text, max), { error: tooBig, abort: true })
    .transform(clean)
    .pipe(
      z
        .string()
        .min(min, whenEmpty)
        .refine((text) => hasAtMost(text, max), { error: tooBig }),
    )
    .meta(keywords(bounds));
}

function keywords({ min = 0, max, pattern }: Bounds) {
  return {
    ...(min > 0 && { minLength: min }),
    maxLength: max,
    ...(pattern !== undefined && { pattern }),
  };
}

/** A name: one line in which something can be seen (spec TEXT-5). */
export const nameString = (max: number) =>
  cleaned(cleanName, { min: 1, max, pattern: SEEN_PATTERN }, 'needs something that can be seen');
/** One line that may be empty. */
export const lineString = (max: number) => cleaned(cleanName, { max }, '');
/** Several lines that may be empty. */
export const proseString = (max: number) => cleaned(cleanProse, { max }, '');
/** A message's text, of which something is left after cleaning. */
export const messageString = (max: number) =>
  cleaned(cleanText, { min: 1, max, pattern: TEXT_PATTERN }, 'is empty');

/** A whole number in a query: decimal digits, nothing around them. */
export function integerParameter(min: number, max: number = Number.MAX_SAFE_INTEGER) {
  return z
    .string()
    .regex(/^-?\d{1,16}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(min).max(max))
    .meta({ type: 'integer', minimum: min, maximum: max });
}

/** A `seq`. JSON numbers above 2^53 are not whole numbers any more (RFC 8259 section 6). */
export const seqNumber = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
