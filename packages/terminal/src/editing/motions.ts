import { clusterAfter, clusterBefore } from '../text/clusters.ts';
import type { Draft } from './draft.ts';

/** Places in a draft, in code units. */
type Motion = (draft: Pick<Draft, 'text' | 'cursor'>) => number;

const WORD = /[\p{L}\p{N}\p{M}_]/u;

export const charLeft: Motion = ({ text, cursor }) => clusterBefore(text, cursor);
export const charRight: Motion = ({ text, cursor }) => clusterAfter(text, cursor);
export const lineStart: Motion = ({ text, cursor }) => text.lastIndexOf('\n', cursor - 1) + 1;
export const lineEnd: Motion = ({ text, cursor }) => {
  const end = text.indexOf('\n', cursor);
  return end < 0 ? text.length : end;
};

/** Over what is no word, then over the word. */
export const wordLeft: Motion = ({ text, cursor }) =>
  backWhile(text, backWhile(text, cursor, isNoWord), isWord);
export const wordRight: Motion = ({ text, cursor }) =>
  forthWhile(text, forthWhile(text, cursor, isNoWord), isWord);
/** As Ctrl+w has always done: words are what stands between blanks. */
export const blankLeft: Motion = ({ text, cursor }) =>
  backWhile(text, backWhile(text, cursor, isBlank), isInk);

/** A line up or down, in the same column as far as that line has one; undefined where there is no such line. */
export function lineAbove({ text, cursor }: Pick<Draft, 'text' | 'cursor'>): number | undefined {
  const start = lineStart({ text, cursor });
  if (start === 0) return undefined;
  const above = lineStart({ text, cursor: start - 1 });
  return snap(text, Math.min(above + cursor - start, start - 1));
}

export function lineBelow({ text, cursor }: Pick<Draft, 'text' | 'cursor'>): number | undefined {
  const end = lineEnd({ text, cursor });
  if (end === text.length) return undefined;
  const column = cursor - lineStart({ text, cursor });
  return snap(text, Math.min(end + 1 + column, lineEnd({ text, cursor: end + 1 })));
}

/** Never into a cluster. */
function snap(text: string, at: number): number {
  const before = clusterBefore(text, at);
  return clusterAfter(text, before) === at ? at : before;
}

const isWord = (sign: string) => WORD.test(sign);
const isNoWord = (sign: string) => !WORD.test(sign);
const isBlank = (sign: string) => /^\s/.test(sign);
const isInk = (sign: string) => !/^\s/.test(sign);

function backWhile(text: string, from: number, holds: (cluster: string) => boolean): number {
  let at = from;
  while (at > 0) {
    const before = clusterBefore(text, at);
    if (!holds(text.slice(before, at))) break;
    at = before;
  }
  return at;
}

function forthWhile(text: string, from: number, holds: (cluster: string) => boolean): number {
  let at = from;
  while (at < text.length) {
    const after = clusterAfter(text, at);
    if (!holds(text.slice(at, after))) break;
    at = after;
  }
  return at;
}
