import type { Keyboard } from './keyboard.ts';
import type { Modes } from './modes.ts';

export type HoldOptions = {
  modes: Modes;
  keyboard: Keyboard;
  /** The terminal is ours (again), and shows nobody knows what. */
  onTaken(): void;
};

/**
 * Who has the terminal: this program, or for a while the shell or an editor. It is given back when the process ends, in
 * whatever way it does, short of `kill -9`.
 */
export class Hold {
  readonly #options: HoldOptions;
  #isHeld = false;
  #isLent = false;

  constructor(options: HoldOptions) {
    this.#options = options;
    process.on('exit', () => this.giveBack());
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  take(): void {
    const { modes, keyboard, onTaken } = this.#options;
    if (!this.#isHeld) keyboard.start();
    this.#isHeld = true;
    modes.enter();
    onTaken();
  }

  giveBack(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#options.modes.leave();
    this.#options.keyboard.stop();
  }

  /** Somebody else uses the terminal until `use` is done. */
  async lend<Result>(use: () => Promise<Result>): Promise<Result> {
    this.giveBack();
    this.#isLent = true;
    try {
      return await use();
    } finally {
      this.#isLent = false;
      this.take();
    }
  }

  /**
   * Ctrl+Z: to the shell, which continues us by SIGCONT. The whole group stops, because npm and the starter are in the
   * same job and a shell waits for all of it. The terminal is given back before that: as soon as npm stands still it is
   * the shell's, and who changes its modes then is stopped by SIGTTOU half way.
   */
  suspend(): void {
    this.giveBack();
    process.kill(0, 'SIGTSTP');
  }

  /** Obeys the signals that stop and continue a job. */
  followJobControl(): void {
    process.on('SIGTSTP', () => {
      // An editor that has the terminal is stopped and continued by its own signals.
      if (!this.#isLent) this.giveBack();
      process.kill(process.pid, 'SIGSTOP');
    });
    process.on('SIGCONT', () => {
      if (!this.#isLent) this.take();
    });
  }
}
