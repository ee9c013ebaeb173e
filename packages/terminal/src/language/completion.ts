import type { LinePlace } from './usage-error.ts';

/** One thing that Tab offers: what stands in the line then, and how it is told in a list. */
export type Candidate = {
  text: string;
  label: string;
  note?: string;
  /** Nothing is put after it: it goes on, as a folder does. */
  open?: true;
};

/** What Tab offers at the cursor: candidates, best first, each for the whole of `at` in the line (spec TERM-24). */
export type Completion = { at: LinePlace; candidates: readonly Candidate[] };

/** The line with the candidate in it, and the cursor behind. */
export function withCandidate(
  line: string,
  { at }: Completion,
  { text, open }: Candidate,
): { text: string; cursor: number } {
  const after = line.slice(at.end);
  const space = open || /^\s/.test(after) ? '' : ' ';
  const before = line.slice(0, at.start) + text + space;
  // A space that is there already is stepped over.
  return { text: before + after, cursor: before.length + (space === '' && !open ? 1 : 0) };
}

/** Those whose label begins with what was typed, in whatever case, then those that have it further on. */
export function matching(typed: string, candidates: readonly Candidate[]): Candidate[] {
  const wanted = typed.toLowerCase();
  const begins = candidates.filter(({ label }) => label.toLowerCase().startsWith(wanted));
  if (wanted === '') return begins;
  const has = candidates.filter(({ label }) => label.toLowerCase().indexOf(wanted) > 0);
  return [...begins, ...has];
}
