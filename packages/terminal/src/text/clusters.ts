const ASCII = /^[\x20-\x7e]*$/;
/** Without a segmenter (Hermes): what attaches to the character before it, Korean letters in a syllable too. */
const ATTACHES = /^(?:\p{M}|\p{Emoji_Modifier}|\u200d|[\u1160-\u11ff\ud7b0-\ud7fb])$/u;

const segmenter =
  typeof Intl === 'object' && 'Segmenter' in Intl
    ? new Intl.Segmenter(undefined, { granularity: 'grapheme' })
    : undefined;

/** What a person sees as characters: a letter with its marks, a family of emoji. */
export function clustersOf(text: string): string[] {
  if (ASCII.test(text)) return text.split('');
  return segmenter ? Array.from(segmenter.segment(text), ({ segment }) => segment) : joinedCodePoints(text);
}

export function joinedCodePoints(text: string): string[] {
  const clusters: string[] = [];
  for (const sign of text) {
    const before = clusters.at(-1);
    if (before !== undefined && before !== '\n' && (ATTACHES.test(sign) || before.endsWith('\u200d'))) {
      clusters[clusters.length - 1] = before + sign;
    } else clusters.push(sign);
  }
  return clusters;
}

/** The beginning of the cluster before `at`, and the end of the one after it. Both in code units. */
export function clusterBefore(text: string, at: number): number {
  if (at <= 0) return 0;
  // Far enough back to hold the whole cluster; a line break begins anew.
  const from = Math.max(text.lastIndexOf('\n', at - 1), at - 64, 0);
  return at - (clustersOf(text.slice(from, at)).at(-1)?.length ?? 1);
}

export function clusterAfter(text: string, at: number): number {
  if (at >= text.length) return text.length;
  return at + (clustersOf(text.slice(at, at + 64))[0]?.length ?? 1);
}
