import { type Candidate, matching } from './completion.ts';
import { searchEmoji } from './emoji-names.ts';
import type { PeopleList } from './people-lists.ts';

/** Shorter than this, a name of an emoji would offer half of them. */
const EMOJI_MIN = 2;

/**
 * What Tab makes of a word in a text: `@bo` a mention, `:smi` an emoji, and any other a name, as one begins a line in
 * talking to somebody: `bob: `.
 */
export function textCandidates(
  { typed, isFirst }: { typed: string; isFirst: boolean },
  { members }: PeopleList,
  me: string,
): Candidate[] {
  if (typed.startsWith(':')) {
    const name = typed.slice(1);
    if (name.length < EMOJI_MIN) return [];
    return searchEmoji(name).map(({ name, emoji }) => ({ text: emoji, label: name, note: emoji }));
  }
  const names = members.flatMap(({ user }) =>
    user.id === me || user.username === null ? [] : [user.username],
  );
  const mention = typed.startsWith('@');
  if (!mention && typed === '') return [];
  const written = (name: string) => {
    if (mention) return `@${name}`;
    return isFirst ? `${name}:` : name;
  };
  const wanted = mention ? typed.slice(1) : typed;
  const candidates = names.map((name) => ({ text: written(name), label: name }));
  // In the middle of a text only what begins so is meant, or every word would be a name.
  return mention
    ? matching(wanted, candidates)
    : candidates.filter(({ label }) => label.startsWith(wanted.toLowerCase()));
}
