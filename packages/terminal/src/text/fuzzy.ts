/**
 * How well the letters of `wanted` are found in `text` in their order; undefined where they are not. Letters that begin
 * words or follow each other count more, letters skipped before the first count less.
 */
export function fuzzyScore(wanted: string, text: string): number | undefined {
  const letters = wanted.toLowerCase().replaceAll(' ', '');
  const lower = text.toLowerCase();
  let score = 0;
  let at = 0;
  let last = -2;
  for (const letter of letters) {
    const found = lower.indexOf(letter, at);
    if (found < 0) return undefined;
    const beginsWord = found === 0 || !/[\p{L}\p{N}]/u.test(lower.charAt(found - 1));
    score += 1 + (found === last + 1 ? 4 : 0) + (beginsWord ? 3 : 0) - (last < 0 ? found * 0.1 : 0);
    last = found;
    at = found + letter.length;
  }
  return score - text.length * 0.01;
}
