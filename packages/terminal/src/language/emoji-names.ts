import { Emoji } from '@tpx/protocol';
import { gemoji } from 'gemoji';

/** Every name with its emoji: `smile` -> 😄. Made at the first use: it takes a few milliseconds. */
let byName: ReadonlyMap<string, string> | undefined;

function names(): ReadonlyMap<string, string> {
  byName ??= new Map(gemoji.flatMap(({ emoji, names }) => names.map((name) => [name, emoji] as const)));
  return byName;
}

export function emojiNamed(name: string): string | undefined {
  return names().get(name.toLowerCase());
}

/** `😄`, `:smile:` or `smile` as one emoji that the server takes. */
export function readEmoji(typed: string): string | undefined {
  const emoji = emojiNamed(typed.replace(/^:|:$/g, '')) ?? typed;
  return Emoji.safeParse(emoji).success ? emoji : undefined;
}

/** Every `:name:` that is an emoji's becomes it; others stay as they are. Not inside of `code` (spec TERM-20). */
export function expandEmoji(text: string): string {
  return text.replace(/`[^`]*`|:([a-z0-9_+-]{2,40}):/gi, (whole, name: string | undefined) =>
    name === undefined ? whole : (emojiNamed(name) ?? whole),
  );
}

export type NamedEmoji = { name: string; emoji: string };

/** What is offered before anything is typed. */
const USUAL = ['+1', 'heart', 'joy', 'tada', 'open_mouth', 'cry', 'eyes', 'white_check_mark'];

/** Names that begin with what is typed, then those that have it elsewhere or as a tag; the shortest first. */
export function searchEmoji(typed: string, limit = 20): NamedEmoji[] {
  const wanted = typed.toLowerCase();
  if (wanted === '') return USUAL.flatMap((name) => ({ name, emoji: emojiNamed(name) ?? '' }));
  const ranked: (NamedEmoji & { rank: number })[] = [];
  for (const { emoji, names, tags } of gemoji) {
    const name =
      names.find((one) => one.startsWith(wanted)) ?? names.find((one) => one.includes(wanted)) ?? names[0];
    if (name === undefined) continue;
    const rank = name.startsWith(wanted) ? 0 : name.includes(wanted) ? 1 : tags.includes(wanted) ? 2 : 3;
    if (rank < 3) ranked.push({ name, emoji, rank });
  }
  ranked.sort((a, b) => a.rank - b.rank || a.name.length - b.name.length || (a.name < b.name ? -1 : 1));
  return ranked.slice(0, limit).map(({ name, emoji }) => ({ name, emoji }));
}
