/** Where in a line something stands: offsets in UTF-16 code units, `end` excluded. */
export type LinePlace = { start: number; end: number };

/** A mistake in what was typed; its message says what to type instead, and `at` which part of the line it is about. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly at: LinePlace | undefined;

  constructor(message: string, at?: LinePlace) {
    super(message);
    this.at = at;
  }
}
