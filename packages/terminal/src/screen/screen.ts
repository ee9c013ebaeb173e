/**
 * A picture of the whole terminal, which a face paints as it is: `rows.length` rows, each at most `columns` wide. Spans
 * hold nothing that a terminal would obey: control characters, escapes and bidi overrides are gone (spec TERM-2).
 */
export type Screen = {
  columns: number;
  rows: readonly Row[];
  /** Undefined where no text is being edited. */
  cursor: { row: number; column: number } | undefined;
  /** For the window's title bar. */
  title: string;
  /** What everything stands on, for faces that own their surface; a real terminal keeps its own ground. */
  background?: Color;
};

/** Rows that did not change are the same object as in the picture before: a face compares by identity. */
export type Row = readonly Span[];

export type Span = {
  text: string;
  style: Style;
  /** A web address that the text leads to; only http, https and mailto. */
  link?: string;
  /** What a press on it does, as a command line or an action; the terminal reads it, faces pass the press on. */
  press?: string;
};

/** `#rrggbb`. A theme without colours leaves them out; a face with fewer colours takes the nearest. */
export type Color = `#${string}`;

export type Style = {
  readonly fg?: Color;
  readonly bg?: Color;
  readonly bold?: true;
  readonly dim?: true;
  readonly italic?: true;
  readonly underline?: true;
  readonly inverse?: true;
  readonly strike?: true;
};
