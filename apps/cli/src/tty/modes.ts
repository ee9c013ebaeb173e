const ALTERNATE_SCREEN = ['\u001b[?1049h', '\u001b[?1049l'] as const;
/** Xterm's stack of titles: the shell's own comes back. */
const TITLE = ['\u001b[22;2t', '\u001b[23;2t'] as const;
/** A row that a terminal finds wider than we do is cut and does not run into the next. */
const NO_WRAP = ['\u001b[?7l', '\u001b[?7h'] as const;
const BRACKETED_PASTE = ['\u001b[?2004h', '\u001b[?2004l'] as const;
const FOCUS = ['\u001b[?1004h', '\u001b[?1004l'] as const;
const HIDDEN_CURSOR = ['\u001b[?25l', '\u001b[?25h'] as const;
/** A steady bar, as in the editing line of every other program; then what the terminal's owner has chosen. */
const BAR_CURSOR = ['\u001b[6 q', '\u001b[0 q'] as const;
const RESET_STYLE = '\u001b[0m';
/** Presses, releases and the wheel, in the form that has no limit of columns. */
const MOUSE = ['\u001b[?1000h\u001b[?1006h', '\u001b[?1006l\u001b[?1000l'] as const;
/** The kitty protocol's first flag: keys that legacy codes cannot tell apart. */
const KITTY_KEYBOARD = ['\u001b[>1u', '\u001b[<u'] as const;
/** Asks for the kitty keyboard and for synchronised output; who knows neither says nothing. */
const QUESTIONS = '\u001b[?u\u001b[?2026$p';

const ALWAYS = [ALTERNATE_SCREEN, TITLE, HIDDEN_CURSOR, NO_WRAP, BRACKETED_PASTE, FOCUS, BAR_CURSOR] as const;

/** What is switched on in the terminal while it is ours, and off when it is given back, in the reverse order. */
export class Modes {
  readonly #write: (text: string) => void;
  #isEntered = false;
  #mouse = false;
  #kittyKeyboard = false;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  enter(): void {
    if (this.#isEntered) return;
    this.#isEntered = true;
    this.#write(this.#all.map(([on]) => on).join('') + QUESTIONS);
  }

  leave(): void {
    if (!this.#isEntered) return;
    this.#isEntered = false;
    const off = this.#all.map(([, off]) => off).reverse();
    this.#write(RESET_STYLE + off.join(''));
  }

  set mouse(on: boolean) {
    if (on === this.#mouse) return;
    this.#mouse = on;
    if (this.#isEntered) this.#write(MOUSE[on ? 0 : 1]);
  }

  /** The terminal has said that it knows it. */
  takeKittyKeyboard(): void {
    if (this.#kittyKeyboard) return;
    this.#kittyKeyboard = true;
    if (this.#isEntered) this.#write(KITTY_KEYBOARD[0]);
  }

  get #all() {
    return [...ALWAYS, ...(this.#mouse ? [MOUSE] : []), ...(this.#kittyKeyboard ? [KITTY_KEYBOARD] : [])];
  }
}
