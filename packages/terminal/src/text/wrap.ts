import type { Span } from '../screen/screen.ts';
import { clustersOf } from './clusters.ts';
import { textWidth } from './text-width.ts';

const ASCII = /^[\x20-\x7e]*$/;
const WORDS = / +|[^ ]+/g;

/**
 * One line of spans as rows of at most `width` columns: broken at blanks, inside a word that no row can hold, and
 * anywhere between wide characters, which are written without blanks.
 */
export function wrap(spans: readonly Span[], width: number): Span[][] {
  const rows = new Rows(Math.max(1, width));
  for (const span of spans) {
    for (const [word] of span.text.matchAll(WORDS)) {
      if (word.startsWith(' ')) rows.blank(span, word.length);
      else for (const [text, columns] of unbreakable(word)) rows.word(span, text, columns);
    }
  }
  return rows.done();
}

function unbreakable(word: string): [text: string, columns: number][] {
  if (ASCII.test(word)) return [[word, word.length]];
  const parts: [string, number][] = [];
  let narrow = '';
  let columns = 0;
  const flush = () => {
    if (narrow !== '') parts.push([narrow, columns]);
    narrow = '';
    columns = 0;
  };
  for (const cluster of clustersOf(word)) {
    const wide = textWidth(cluster);
    if (wide > 1) {
      flush();
      parts.push([cluster, wide]);
    } else {
      narrow += cluster;
      columns += wide;
    }
  }
  flush();
  return parts;
}

class Rows {
  readonly #width: number;
  readonly #rows: Span[][] = [];
  #row: Span[] = [];
  #used = 0;

  constructor(width: number) {
    this.#width = width;
  }

  /** Blanks at a break are not carried over to the next row. */
  blank(span: Span, columns: number): void {
    const fits = Math.min(columns, this.#width - this.#used);
    if (fits > 0 && (this.#used > 0 || this.#rows.length === 0)) this.#add(span, ' '.repeat(fits), fits);
  }

  word(span: Span, text: string, columns: number): void {
    if (this.#used + columns <= this.#width) this.#add(span, text, columns);
    else if (columns <= this.#width) {
      this.#break();
      this.#add(span, text, columns);
    } else this.#tooLong(span, text);
  }

  done(): Span[][] {
    this.#rows.push(this.#row);
    return this.#rows;
  }

  #tooLong(span: Span, text: string): void {
    if (ASCII.test(text)) {
      for (let at = 0; at < text.length; ) {
        if (this.#used >= this.#width) this.#break();
        const piece = text.slice(at, at + this.#width - this.#used);
        this.#add(span, piece, piece.length);
        at += piece.length;
      }
      return;
    }
    for (const cluster of clustersOf(text)) {
      // A cluster may be wider than any row, like jamo without end: then its characters stand alone.
      const signs = textWidth(cluster) > this.#width ? [...cluster] : [cluster];
      for (const sign of signs) this.#sign(span, sign, textWidth(sign));
    }
  }

  #sign(span: Span, sign: string, columns: number): void {
    // A terminal of one column has no room for a wide character: it is left out.
    if (columns > this.#width) return;
    if (this.#used + columns > this.#width) this.#break();
    this.#add(span, sign, columns);
  }

  #add(span: Span, text: string, columns: number): void {
    const last = this.#row.at(-1);
    // Pieces of the same span become one again.
    if (last && last.style === span.style && last.link === span.link && last.press === span.press) {
      this.#row[this.#row.length - 1] = { ...last, text: last.text + text };
    } else this.#row.push({ ...span, text });
    this.#used += columns;
  }

  #break(): void {
    this.#rows.push(this.#row);
    this.#row = [];
    this.#used = 0;
  }
}
