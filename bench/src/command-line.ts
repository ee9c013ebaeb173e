import { parseArgs } from 'node:util';

/** A sentence for whoever typed the command. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** `--name value` pairs, all as text; `known` names what there is. @throws {UsageError} */
export class Options {
  readonly #values: Record<string, string | undefined>;

  constructor(args: readonly string[], known: readonly string[]) {
    const options = Object.fromEntries(known.map((name) => [name, { type: 'string' as const }]));
    try {
      this.#values = parseArgs({ args: [...args], options, strict: true }).values as Record<string, string>;
    } catch (error) {
      throw new UsageError(
        `${(error as Error).message} The options are ${known.map((name) => `--${name}`).join(', ')}.`,
      );
    }
  }

  text(name: string): string | undefined {
    return this.#values[name];
  }

  /** @throws {UsageError} where it is missing */
  required(name: string): string {
    const value = this.#values[name];
    if (value === undefined) throw new UsageError(`--${name} is missing.`);
    return value;
  }

  /** A whole number of at least `minimum`; `fallback` where the option is not given. @throws {UsageError} */
  count(name: string, fallback: number | undefined, minimum = 1): number {
    const text = this.#values[name];
    if (text === undefined && fallback !== undefined) return fallback;
    const value = Number(text ?? this.required(name));
    if (!Number.isSafeInteger(value) || value < minimum) {
      throw new UsageError(`--${name} is "${text}": it must be a whole number of at least ${minimum}.`);
    }
    return value;
  }

  oneOf<Choice extends string>(name: string, choices: readonly Choice[], fallback: Choice): Choice {
    const value = this.#values[name] ?? fallback;
    const choice = choices.find((candidate) => candidate === value);
    if (choice === undefined)
      throw new UsageError(`--${name} is "${value}": it must be one of ${choices.join(', ')}.`);
    return choice;
  }
}
