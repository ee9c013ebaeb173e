import { parseArgs } from 'node:util';

/** A sentence for whoever typed the command. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
}

/** `--help`: the message lists the options. */
export class HelpWanted extends UsageError {
  override readonly name = 'HelpWanted';
}

/** `--name value` pairs, all as text; `known` says what each option there is means. @throws {UsageError} */
export class Options {
  readonly #values: Record<string, string | undefined>;

  constructor(args: readonly string[], known: Readonly<Record<string, string>>) {
    if (args.includes('--help')) throw new HelpWanted(listOptions(known));
    const names = Object.keys(known);
    const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
    try {
      this.#values = parseArgs({ args: [...args], options, strict: true }).values as Record<string, string>;
    } catch (error) {
      throw new UsageError(
        `${(error as Error).message} The options are ${names.map((name) => `--${name}`).join(', ')}.`,
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

  /** Whole numbers above 0, separated by commas. @throws {UsageError} */
  counts(name: string, fallback: readonly number[]): number[] {
    const text = this.#values[name];
    if (text === undefined) return [...fallback];
    const values = text.split(',').map(Number);
    if (!values.every((value) => Number.isSafeInteger(value) && value > 0)) {
      throw new UsageError(`--${name} is "${text}": it must be whole numbers with commas between them.`);
    }
    return values;
  }

  oneOf<Choice extends string>(name: string, choices: readonly Choice[], fallback: Choice): Choice {
    const value = this.#values[name] ?? fallback;
    const choice = choices.find((candidate) => candidate === value);
    if (choice === undefined)
      throw new UsageError(`--${name} is "${value}": it must be one of ${choices.join(', ')}.`);
    return choice;
  }
}

function listOptions(known: Readonly<Record<string, string>>): string {
  const width = Math.max(...Object.keys(known).map((name) => name.length));
  const lines = Object.entries(known).map(([name, help]) => `  --${name.padEnd(width)}  ${help}`);
  return `Options, with what they are when left out:\n${lines.join('\n')}`;
}
