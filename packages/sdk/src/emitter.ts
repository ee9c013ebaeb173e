/** A typed emitter. Handlers run in the order they were added, at once, in the turn of the event. */
export class Emitter<Events extends Record<string, unknown>> {
  readonly #handlers = new Map<keyof Events, Set<(payload: never) => void>>();

  /** Returns the function that takes the handler away again. */
  on<Name extends keyof Events>(name: Name, handler: (payload: Events[Name]) => void): () => void {
    let handlers = this.#handlers.get(name);
    if (!handlers) {
      handlers = new Set();
      this.#handlers.set(name, handlers);
    }
    handlers.add(handler);
    return () => handlers.delete(handler);
  }

  emit<Name extends keyof Events>(name: Name, payload: Events[Name]): void {
    for (const handler of [...(this.#handlers.get(name) ?? [])] as ((payload: Events[Name]) => void)[]) {
      try {
        handler(payload);
      } catch (error) {
        // A face's mistake must not stop the log from being applied, nor be hidden.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
