import type { Row, Screen } from '@tpx/terminal';
import { harmless } from './harmless.ts';
import { RowText } from './row-text.ts';
import type { TerminalTraits } from './terminal-traits.ts';

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const BEGIN_SYNCHRONISED = '\u001b[?2026h';
const END_SYNCHRONISED = '\u001b[?2026l';
/** Erased before it is written: after the last column has been, erasing to the end would take that too. */
const CLEAR_ROW = '\u001b[0m\u001b[2K';
const CLEAR_SCREEN = '\u001b[0m\u001b[2J';
const LONGEST_TITLE = 200;

/**
 * Brings a terminal from the picture that it shows to the next one, in one write that holds only the rows that are other
 * objects than before.
 */
export class Painter {
  readonly #write: (text: string) => void;
  readonly #rowText: RowText;
  #shown: readonly Row[] = [];
  #columns = 0;
  #cursor = '';
  #title: string | undefined;
  /** The terminal shows a picture only when it is whole (mode 2026). */
  synchronised = false;

  constructor(write: (text: string) => void, traits: TerminalTraits) {
    this.#write = write;
    this.#rowText = new RowText(traits);
  }

  /** What the terminal shows is not known any more: the next picture is painted whole. */
  forget(): void {
    this.#shown = [];
    this.#columns = 0;
    this.#cursor = '';
    this.#title = undefined;
  }

  paint(screen: Screen): void {
    const rows = this.#changedRows(screen);
    const title = this.#changedTitle(screen.title);
    const { cursor } = screen;
    const toCursor = cursor === undefined ? '' : `${moveTo(cursor.row, cursor.column)}${SHOW_CURSOR}`;
    if (rows === '' && title === '' && toCursor === this.#cursor) return;
    const hide = this.#cursor !== '' && (rows !== '' || toCursor === '') ? HIDE_CURSOR : '';
    const picture = `${hide}${rows}${toCursor}`;
    this.#write(
      `${title}${this.synchronised && rows !== '' ? `${BEGIN_SYNCHRONISED}${picture}${END_SYNCHRONISED}` : picture}`,
    );
    this.#cursor = toCursor;
  }

  #changedRows({ rows, columns }: Screen): string {
    // After another size nothing is where it was: terminals wrap, cut and move what they show in their own ways.
    const isOtherSize = columns !== this.#columns || rows.length !== this.#shown.length;
    const before = isOtherSize ? [] : this.#shown;
    let text = isOtherSize ? CLEAR_SCREEN : '';
    for (const [index, row] of rows.entries()) {
      if (row !== before[index]) text += `${moveTo(index, 0)}${CLEAR_ROW}${this.#rowText.of(row)}`;
    }
    this.#shown = rows;
    this.#columns = columns;
    return text;
  }

  #changedTitle(title: string): string {
    if (title === this.#title) return '';
    this.#title = title;
    return `\u001b]2;${harmless(title).slice(0, LONGEST_TITLE)}\u001b\\`;
  }
}

function moveTo(row: number, column: number): string {
  return `\u001b[${row + 1};${column + 1}H`;
}
