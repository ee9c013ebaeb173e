import { NetworkError } from '../trouble.ts';
import { TAKEN } from './limits.ts';

const sizes = new WeakMap<object, number>();

/** Remembers how long the text of an answer was, for anyone who adds up many of them. */
export function noteSize(answer: unknown, length: number): void {
  if (typeof answer === 'object' && answer !== null) sizes.set(answer, length);
}

/** Adds up what is read page by page: a walk ends, however long the server would go on (rule SDK-19). */
export class PageWalk {
  readonly #now: () => number;
  readonly #beganAt: number;
  #pages = 0;
  #bytes = 0;

  constructor(now: () => number = Date.now) {
    this.#now = now;
    this.#beganAt = now();
  }

  /** @throws {NetworkError} `bad_answer` */
  took(page: object): void {
    this.#pages++;
    this.#bytes += sizes.get(page) ?? 0;
    if (this.#now() - this.#beganAt > TAKEN.walkMaxMs) {
      const minutes = TAKEN.walkMaxMs / 60_000;
      throw new NetworkError(
        'timeout',
        `The server's list was not read to its end within ${minutes} minutes.`,
      );
    }
    if (this.#pages > TAKEN.walkMaxPages || this.#bytes > TAKEN.walkMaxBytes) {
      const size = `${this.#pages} pages, ${Math.ceil(this.#bytes / 1_048_576)} MiB`;
      throw new NetworkError('bad_answer', `The server's list is longer than is read at once (${size}).`);
    }
  }
}

/**
 * The pages of a list up to its end. Every cursor has to be another one, and pages with nothing are followed for a
 * while only. @throws {NetworkError} `bad_answer`
 */
export async function* eachPage<Page extends { cursor: string | null }>(
  fetch: (cursor: string | undefined) => Promise<Page>,
  itemsOf: (page: Page) => readonly unknown[],
): AsyncGenerator<Page> {
  const walk = new PageWalk();
  const seen = new Set<string>();
  let empty = 0;
  for (let cursor: string | undefined; ; ) {
    const page = await fetch(cursor);
    walk.took(page);
    empty = itemsOf(page).length === 0 ? empty + 1 : 0;
    const next = page.cursor;
    if (
      next !== null &&
      (seen.has(next) || next.length > TAKEN.cursorMaxLength || empty > TAKEN.emptyPagesMax)
    )
      throw new NetworkError('bad_answer', 'The server gives the same part of a list again and again.');
    yield page;
    if (next === null) return;
    seen.add(next);
    cursor = next;
  }
}
