import { eastAsianWidth } from 'get-east-asian-width';

/** What takes no column of its own: marks over and under a letter, joiners, selectors, signs that are not shown. */
const NO_COLUMN = /^[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\p{Cs}\p{Mn}\p{Me}]$/u;
/** A pair of regional indicators is a flag. */
const FLAG = /^\p{Regional_Indicator}{2}/u;
/** What a selector, a keycap or a skin makes an emoji though it is a narrow sign by itself. */
const MADE_EMOJI =
  /^(?:\p{Extended_Pictographic}\ufe0f|[\d#*]\ufe0f?\u20e3|\p{Emoji_Modifier_Base}\p{Emoji_Modifier})/u;
/** Several pictures joined into one. */
const JOINED_EMOJI = /\p{Extended_Pictographic}\ufe0f?\u200d\p{Extended_Pictographic}/u;
/** Korean letters: one that begins a syllable is as wide as the whole, those that go on with it take no more. */
const HANGUL_BEGINS = /^[\u1100-\u115f\ua960-\ua97c]$/;
const HANGUL_GOES_ON = /^[\u1160-\u11ff\ud7b0-\ud7fb]$/;
/** These take columns of their own in a cluster too: letters that are joined, as in Devanagari, and marks beside them. */
const WIDENS = /^[\p{L}\p{Mc}\uff00-\uffef]$/u;

/**
 * Columns that a terminal takes for one cluster, by Unicode 16's East Asian width and emoji properties. Written with
 * nothing that a phone's engine lacks: no segmenter, no `v` flag.
 */
export function clusterWidth(cluster: string): number {
  if (FLAG.test(cluster) || MADE_EMOJI.test(cluster) || JOINED_EMOJI.test(cluster)) return 2;
  let width = 0;
  let isHangul = false;
  for (const sign of cluster) {
    if (NO_COLUMN.test(sign)) continue;
    const goesOn: boolean = isHangul && HANGUL_GOES_ON.test(sign);
    if (!goesOn && (width === 0 || WIDENS.test(sign))) width += eastAsianWidth(sign.codePointAt(0) ?? 0);
    isHangul = goesOn || HANGUL_BEGINS.test(sign);
  }
  return width;
}
