import type { Change } from '../state/change.ts';
import { reduce } from '../state/reduce.ts';
import type { State } from '../state/state.ts';

/** The state as it is now; told of changes one after the other. */
export class Store {
  #state: State;
  readonly #onChange: () => void;

  constructor(state: State, onChange: () => void) {
    this.#state = state;
    this.#onChange = onChange;
  }

  get state(): State {
    return this.#state;
  }

  change(change: Change): void {
    const after = reduce(this.#state, change);
    if (after === this.#state) return;
    this.#state = after;
    this.#onChange();
  }
}
