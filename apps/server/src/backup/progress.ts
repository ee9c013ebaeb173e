const EVERY_MS = 5_000;

/** Tells how far a long piece of work is: every 5 s, and after each table. */
export class Progress {
  readonly #say: (line: string) => void;
  #saidAt = performance.now();

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  working(table: string, rows: number): void {
    if (performance.now() - this.#saidAt >= EVERY_MS) this.#line(`${table}: ${count(rows)} so far`);
  }

  done(table: string, rows: number): void {
    this.#line(`${table}: ${count(rows)}`);
  }

  #line(text: string): void {
    this.#saidAt = performance.now();
    this.#say(`  ${text}`);
  }
}

export function count(rows: number): string {
  return `${rows.toLocaleString('en')} ${rows === 1 ? 'row' : 'rows'}`;
}

/** In the text format of COPY each row ends with a line break, and one within a value is written as `\n`. */
export function rowsIn(bytes: Uint8Array): number {
  let rows = 0;
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) rows++;
  return rows;
}
