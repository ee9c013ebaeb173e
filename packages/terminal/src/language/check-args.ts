import type { Arg, Args, Command } from '../commands/command.ts';
import { usageOf } from '../commands/usage.ts';
import { closest } from './closest.ts';
import { type LinePlace, UsageError } from './usage-error.ts';

/** Where each argument stands in the line, by its name; nowhere for what a script gave. */
export type Places = Readonly<Record<string, LinePlace>>;

/**
 * The arguments as the command may have them: words of a choice in their own spelling. `end`: where something missing
 * would stand. A secret may be missing: it is asked for.
 * @throws {UsageError}
 */
export function checkArgs(command: Command, args: Args, places: Places = {}, end?: LinePlace): Args {
  const checked: Record<string, string | undefined> = { ...args };
  for (const arg of command.args) {
    const given = args[arg.name];
    if (given === undefined || given === '') {
      if (arg.optional || arg.kind === 'secret') continue;
      throw new UsageError(`<${arg.name}> is missing. It is ${usageOf(command)}.`, end);
    }
    const at = places[arg.name];
    if (arg.choices) checked[arg.name] = choose(arg.choices, given, at);
    if (arg.kind === 'number') requireNumber(arg, given, at);
  }
  return checked;
}

function choose(choices: readonly string[], given: string, at: LinePlace | undefined): string {
  const word = given.toLowerCase();
  const choice = choices.find((one) => one === word);
  if (choice !== undefined) return choice;
  const near = closest(word, choices);
  const hint = near === undefined ? '' : ` Did you mean ${near}?`;
  throw new UsageError(`“${given}” is none of ${choices.join(', ')}.${hint}`, at);
}

function requireNumber(arg: Arg, given: string, at: LinePlace | undefined): void {
  if (/^[1-9]\d{0,8}$/.test(given)) return;
  throw new UsageError(`<${arg.name}> is a whole number from 1 on, not “${given}”.`, at);
}

/** What a script gave, by name. @throws {UsageError} */
export function namedArgs(command: Command, given: unknown): Args {
  if (given === null || typeof given !== 'object' || Array.isArray(given))
    throw new UsageError('“args” is an object of named arguments.');
  const args: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    if (!command.args.some((arg) => arg.name === name)) {
      const names = command.args.map((arg) => arg.name).join(', ') || 'none';
      throw new UsageError(`“${command.name}” has no argument “${name}”. It takes: ${names}.`);
    }
    if (typeof value !== 'string' && typeof value !== 'number')
      throw new UsageError(`“${name}” is a string or a number.`);
    args[name] = String(value);
  }
  return checkArgs(command, args);
}
