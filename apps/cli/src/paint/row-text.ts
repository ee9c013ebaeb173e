import type { Row } from '@tpx/terminal';
import { harmless, harmlessAddress } from './harmless.ts';
import { StyleCodes } from './style-codes.ts';
import type { TerminalTraits } from './terminal-traits.ts';

const LINK = '\u001b]8;;';
const ST = '\u001b\\';

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
    for (const span of row) {
      const spanLink = this.#links && span.link !== undefined ? harmlessAddress(span.link) : undefined;
      if (spanLink !== link) text += `${LINK}${spanLink ?? ''}${ST}`;
      link = spanLink;
      const spanStyle = this.#styles.of(span.style);
      if (spanStyle !== style) text += spanStyle;
      style = spanStyle;
      text += harmless(span.text);
    }
    return link === undefined ? text : `${text}${LINK}${ST}`;
  }
}
