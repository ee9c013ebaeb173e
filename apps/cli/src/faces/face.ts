/** A way to use the app: one for people, one for scripts. */
export type Face = {
  /** Reads commands until the input ends or somebody leaves. Gives the exit code. */
  run(): Promise<number>;
  /** What was written and not sent by the end. */
  left(unsent: number): void | Promise<void>;
};
