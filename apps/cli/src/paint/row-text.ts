import { type Row, textWidth } from '@tpx/terminal';
import { harmless, harmlessAddress } from './harmless.ts';
import { StyleCodes } from './style-codes.ts';
import type { TerminalTraits } from './terminal-traits.ts';

const LINK = '\u001b]8;;';
const ST = '\u001b\\';
const ASCII = /^[ -~]*$/;

/** Rows as what a terminal reads; a row that is painted again somewhere else is not made again. */
export class RowText {
  readonly #styles: StyleCodes;
  readonly #links: boolean;
  readonly #made = new WeakMap<Row, string>();

  constructor(traits: TerminalTraits) {
    this.#styles = new StyleCodes(traits.colors);
    this.#links = traits.links;
  }

  of(row: Row): string {
    let text = this.#made.get(row);
    if (text === undefined) {
      text = this.#make(row);
      this.#made.set(row, text);
    }
    return text;
  }

  #make(row: Row): string {
    let text = '';
    let style = '';
    let link: string | undefined;
    let column = 0;
    let isSure = true;
    for (const span of row) {
      const spanLink = this.#links && span.link !== undefined ? harmlessAddress(span.link) : undefined;
      if (spanLink !== link) text += `${LINK}${spanLink ?? ''}${ST}`;
      link = spanLink;
      const spanStyle = this.#styles.of(span.style);
      if (spanStyle !== style) text += spanStyle;
      style = spanStyle;
      // Terminals differ in how wide they find an emoji: what follows it stands where it should all the same.
      if (!isSure) text += `\u001b[${column + 1}G`;
      const spanText = harmless(span.text);
      text += spanText;
      column += textWidth(spanText);
      isSure = ASCII.test(spanText);
    }
    return link === undefined ? text : `${text}${LINK}${ST}`;
  }
}
