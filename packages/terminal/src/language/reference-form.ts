import type { Word } from './words.ts';

/** `-2`, `#123`, `@bob`: the forms that name a message even where a text follows (spec TERM-15). */
const FORM = /^(?:-[1-9]\d{0,8}|#[1-9]\d{0,14}|@\S+)$/;

export function hasReferenceForm({ text, quoted }: Word): boolean {
  return !quoted && FORM.test(text);
}
