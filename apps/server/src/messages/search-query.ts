import { Refusal } from '@tpx/protocol';
import { DatabaseError, type Queries } from '../db/database.ts';

/** A query as Postgres reads it, and the words without which nothing is found: by these the index is asked. */
export type SearchTerms = {
  tsquery: string;
  words: readonly string[];
  /** Whether a message has all of `words`, or at least one of them. */
  match: 'all' | 'any';
};

/**
 * Reads words, "phrases", -without and `or` as `websearch_to_tsquery` does.
 *
 * @throws {Refusal} `invalid` for what has no word, or only words to leave out: that would be all messages but some
 */
export async function readSearchQuery(queries: Queries, q: string): Promise<SearchTerms> {
  const tsquery = await toTsquery(queries, q);
  if (tsquery === '')
    throw new Refusal('invalid', 'q: there is no word in it. Write at least one to look for.');
  const needed = new TsqueryReader(tsquery).needed();
  const [first] = needed;
  if (!first) {
    throw new Refusal(
      'invalid',
      'q: it only says what to leave out. Write at least one word to look for, without a - before it.',
    );
  }
  const single = needed.filter((group) => group.length === 1).flat();
  if (single.length > 0) return { tsquery, words: [...new Set(single)], match: 'all' };
  return { tsquery, words: [...new Set(first)], match: 'any' };
}

async function toTsquery(queries: Queries, q: string): Promise<string> {
  const text = q
    .toWellFormed()
    // PostgreSQL takes no NUL, and none of these is part of a word.
    .replace(/\p{Cc}/gu, ' ')
    // A dash leaves out the word right after it. More of them would be nested as deep as there are dashes.
    .replace(/(?<![^\s"(])-(?:-+|(?![^\s]))/g, ' ');
  try {
    const [row] = await queries.query<{ tsquery: string }>(
      `SELECT websearch_to_tsquery('simple', $1)::text AS tsquery`,
      [text],
    );
    return row?.tsquery ?? '';
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    throw new Refusal('invalid', 'q: this cannot be searched for. Write words, "a phrase", or -without.');
  }
}

const TOKEN = /'((?:[^'\\]|''|\\.)*)'|<(?:-|\d+)>|[&|!()]/g;
type Token = { word: string } | { sign: string };
/** Each group is a choice: one of its words at least is in everything that is found. */
type Groups = string[][];

/** Reads the text of a tsquery: `!` binds tighter than `<->`, that tighter than `&`, and that tighter than `|`. */
class TsqueryReader {
  readonly #tokens: Token[];
  #at = 0;

  constructor(tsquery: string) {
    this.#tokens = [...tsquery.matchAll(TOKEN)].map(([sign, word]) =>
      word === undefined
        ? { sign }
        : { word: word.replace(/''|\\(.)/g, (two, escaped) => escaped ?? two[0]) },
    );
  }

  needed(): Groups {
    return this.#either();
  }

  /** Of `a | b` something of each is needed, so a choice of both; where one side needs nothing, nothing is. */
  #either(): Groups {
    const sides = [this.#both()];
    while (this.#skip('|')) sides.push(this.#both());
    if (sides.length === 1) return sides[0] ?? [];
    const shortest = sides.map((groups) => groups.toSorted((one, other) => one.length - other.length)[0]);
    return shortest.includes(undefined) ? [] : [shortest.flatMap((group) => group ?? [])];
  }

  #both(): Groups {
    const groups = this.#one();
    while (this.#skip('&') || this.#skipDistance()) groups.push(...this.#one());
    return groups;
  }

  #one(): Groups {
    if (this.#skip('!')) {
      this.#one();
      return [];
    }
    if (this.#skip('(')) {
      const groups = this.#either();
      this.#skip(')');
      return groups;
    }
    const token = this.#tokens[this.#at++];
    return token && 'word' in token ? [[token.word]] : [];
  }

  #skip(sign: string): boolean {
    const token = this.#tokens[this.#at];
    if (!token || !('sign' in token) || token.sign !== sign) return false;
    this.#at++;
    return true;
  }

  #skipDistance(): boolean {
    const token = this.#tokens[this.#at];
    if (!token || !('sign' in token) || !token.sign.startsWith('<')) return false;
    this.#at++;
    return true;
  }
}
