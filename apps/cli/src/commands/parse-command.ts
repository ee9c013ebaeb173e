import { UsageError } from '../text/explain-error.ts';
import { type Args, type Command, usageOf } from './command.ts';

export type Parsed = { command: Command; args: Args };

/**
 * A typed line: `/name words`, or plain text, which is `/msg` with it. Two slashes begin a text with one.
 * @throws {UsageError}
 */
export function parseLine(line: string, table: readonly Command[]): Parsed {
  if (!line.startsWith('/')) return withText('msg', line, table);
  if (line.startsWith('//')) return withText('msg', line.slice(1), table);
  const { command, rest } = findByWords(line.slice(1), table);
  return { command, args: splitArgs(command, rest) };
}

/** Names of two words go before those of one: `group create` before a `group`. */
function findByWords(text: string, table: readonly Command[]): { command: Command; rest: string } {
  const [first = '', second = ''] = text.trim().split(/\s+/, 2);
  for (const name of [`${first} ${second}`.trim(), first]) {
    const command = find(name.toLowerCase(), table);
    if (command) return { command, rest: afterWords(text, name.split(' ').length) };
  }
  throw unknown(first, table);
}

export function find(name: string, table: readonly Command[]): Command | undefined {
  return table.find((command) => command.name === name || command.aliases.includes(name));
}

export function unknown(name: string, table: readonly Command[]): UsageError {
  const close = table.find((command) => name !== '' && command.name.startsWith(name.slice(0, 2)));
  const hint = close ? ` Did you mean ${usageOf(close)}?` : '';
  return new UsageError(`There is no command /${name}.${hint} /help lists them all.`);
}

function afterWords(text: string, count: number): string {
  return text.replace(new RegExp(`^\\s*(?:\\S+\\s*){${count}}`), '');
}

function withText(name: string, text: string, table: readonly Command[]): Parsed {
  const command = find(name, table);
  if (!command) throw unknown(name, table);
  return { command, args: { text } };
}

/** @throws {UsageError} */
function splitArgs(command: Command, text: string): Args {
  const args: Record<string, string> = {};
  let left = text.trim();
  for (const arg of command.args) {
    if (left === '') break;
    const end = arg.rest ? left.length : left.search(/\s|$/);
    args[arg.name] = left.slice(0, end);
    left = left.slice(end).trimStart();
  }
  if (left !== '') throw new UsageError(`Too many words. It is ${usageOf(command)}.`);
  return args;
}

/** What a script gave. @throws {UsageError} */
export function namedArgs(command: Command, given: unknown): Args {
  if (given === null || typeof given !== 'object' || Array.isArray(given)) {
    throw new UsageError('“args” is an object of named arguments.');
  }
  const args: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    if (!command.args.some((arg) => arg.name === name)) {
      const names = command.args.map((arg) => arg.name).join(', ') || 'none';
      throw new UsageError(`“${command.name}” has no argument “${name}”. It takes: ${names}.`);
    }
    if (typeof value !== 'string' && typeof value !== 'number') {
      throw new UsageError(`“${name}” is a string or a number.`);
    }
    args[name] = String(value);
  }
  return args;
}

/** The first that is needed and not there. */
export function missingArg(command: Command, args: Args) {
  return command.args.find((arg) => !arg.optional && (args[arg.name] ?? '') === '');
}

/** @throws {UsageError} */
export function requireArgs(command: Command, args: Args): void {
  const missing = missingArg(command, args);
  if (missing) throw new UsageError(`<${missing.name}> is missing. It is ${usageOf(command)}.`);
}
