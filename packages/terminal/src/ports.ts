/**
 * What a face lends the terminal. All are optional in effect: one that a platform lacks rejects with a sentence, and the
 * terminal shows it.
 */
export type Ports = {
  clipboard: { write(text: string): Promise<void> };
  links: { open(url: string): Promise<void> };
  /** A bell and, where the platform can, a notification. Never awaited. */
  notify(notice: { title: string; body: string }): void;
  files: {
    /** Writes a new file and tells where it is. @throws where it exists already */
    write(name: string, content: string): Promise<string>;
    /** For completion of paths: names in the folder that `prefix` points into, folders with a slash at the end. */
    list(prefix: string): Promise<string[]>;
  };
  /** The person's own editor; resolves with the text as it was saved, undefined where it was given up. */
  editor: { edit(text: string): Promise<string | undefined> };
  /** What the person has chosen (theme, keys, notify levels, ...), kept until they choose otherwise. */
  preferences: { save(preferences: unknown): Promise<void> };
  /** Ctrl+Z, where there is a shell to go back to. */
  suspend(): void;
  exit(): void;
};
