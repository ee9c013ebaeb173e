import { EMPTY_DRAFT } from '../editing/draft.ts';
import type { Store } from './store.ts';

type Question =
  | { kind: 'secret'; question: string; answer: (text: string) => void }
  | { kind: 'confirm'; question: string; answer: (yes: boolean) => void };

/** What commands ask, one question after the other. */
export class Questions {
  readonly #store: Store;
  readonly #waiting: Question[] = [];

  constructor(store: Store) {
    this.#store = store;
  }

  /** Empty where nothing was said. */
  secret(question: string): Promise<string> {
    return new Promise((answer) => this.#ask({ kind: 'secret', question, answer }));
  }

  confirm(question: string): Promise<boolean> {
    return new Promise((answer) => this.#ask({ kind: 'confirm', question, answer }));
  }

  /** Of the question that is shown. */
  answerSecret(text: string): void {
    const asked = this.#waiting.shift();
    this.#next();
    if (asked?.kind === 'secret') asked.answer(text);
  }

  answerConfirm(yes: boolean): void {
    const asked = this.#waiting.shift();
    this.#next();
    if (asked?.kind === 'confirm') asked.answer(yes);
  }

  /** Nobody answers any more. */
  close(): void {
    for (const asked of this.#waiting.splice(0)) {
      if (asked.kind === 'secret') asked.answer('');
      else asked.answer(false);
    }
  }

  #ask(question: Question): void {
    this.#waiting.push(question);
    if (this.#waiting.length === 1) this.#next();
  }

  #next(): void {
    const [asked] = this.#waiting;
    const overlay =
      asked?.kind === 'secret'
        ? ({ kind: 'secret', question: asked.question, draft: EMPTY_DRAFT } as const)
        : asked && ({ kind: 'confirm', question: asked.question } as const);
    this.#store.change({ type: 'overlay', overlay });
  }
}
