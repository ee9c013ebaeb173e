import { clusterWidth } from './cluster-width.ts';
import { clustersOf } from './clusters.ts';

const ASCII = /^[\x20-\x7e]*$/;
const KNOWN_MAX = 20_000;
const known = new Map<string, number>();

/** Columns that a terminal takes for the text, which must be safe (TERM-2). */
export function textWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = known.get(text);
  if (width === undefined) {
    // Measured by cluster, as it is wrapped: a whole is as wide as its parts.
    width = 0;
    for (const cluster of clustersOf(text)) width += clusterWidth(cluster);
    if (known.size >= KNOWN_MAX) known.clear();
    if (text.length <= 32) known.set(text, width);
  }
  return width;
}

/** The beginning that fits into `width` columns, with an ellipsis where something was cut off. */
export function shorten(text: string, width: number): string {
  if (text.length <= width && ASCII.test(text)) return text;
  if (textWidth(text) <= width) return text;
  if (width <= 0) return '';
  return `${cut(text, width - 1)}…`;
}

/** The longest beginning of whole clusters in `width` columns. */
function cut(text: string, width: number): string {
  if (ASCII.test(text)) return text.slice(0, Math.max(0, width));
  let used = 0;
  let length = 0;
  for (const cluster of clustersOf(text.slice(0, Math.max(0, width) * 32))) {
    used += textWidth(cluster);
    if (used > width) break;
    length += cluster.length;
  }
  return text.slice(0, length);
}
