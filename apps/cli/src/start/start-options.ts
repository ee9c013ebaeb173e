import { parseArgs } from 'node:util';
import { UsageError } from '@tpx/terminal';
import { shownValue, wrongValue } from '../config/check-value.ts';
import { type Configuration, OPTIONS, type Option, type OptionName } from '../config/options.ts';

export type StartOptions = {
  /** What was set by flags, over what the file says. */
  flags: Configuration;
  /** A command to begin with, as in `tpx register alice`. */
  words: string[];
};

const FLAGS = (Object.entries(OPTIONS) as [OptionName, Option][]).flatMap(([name, option]) =>
  option.flag === undefined ? [] : [{ ...option, name, flag: option.flag }],
);

/**
 * Flags stand before the command: what comes after its first word is the command's own, as in
 * `tpx -P work send lunch -- what a day`. @throws {UsageError}
 */
export function readStartOptions(argv: readonly string[]): StartOptions {
  const { own, words } = splitWords(argv);
  let values: Record<string, string | boolean | undefined>;
  try {
    ({ values } = parseArgs({ args: own, options: parseOptions() }) as { values: typeof values });
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('. ')[0]}. tpx --help lists the options.`);
  }
  const flags = Object.fromEntries(
    FLAGS.flatMap(({ name, flag, kind }) => {
      const value = values[flag];
      if (value === undefined) return [];
      const wrong = wrongValue(kind, value);
      if (wrong !== undefined) throw new UsageError(`--${flag} ${wrong}, not “${shownValue(kind, value)}”.`);
      return [[name, value]];
    }),
  ) as Configuration;
  if (flags.json && words.length > 0)
    throw new UsageError('With --json commands are lines of the input: {"command": "…", "args": {…}}.');
  return { flags, words };
}

function parseOptions() {
  return Object.fromEntries(
    FLAGS.map(({ flag, short, kind }) => [
      flag,
      { type: kind.is === 'switch' ? ('boolean' as const) : ('string' as const), ...(short && { short }) },
    ]),
  );
}

/** The first argument that is neither a flag nor a flag's value begins the command. */
function splitWords(argv: readonly string[]): { own: string[]; words: string[] } {
  const takesValue = new Set(
    FLAGS.filter(({ kind }) => kind.is !== 'switch').flatMap(({ flag, short }) => [`--${flag}`, `-${short}`]),
  );
  let at = 0;
  while (at < argv.length && argv[at]?.startsWith('-') && argv[at] !== '--') {
    at += takesValue.has(argv[at] ?? '') ? 2 : 1;
  }
  return { own: argv.slice(0, at), words: argv.slice(argv[at] === '--' ? at + 1 : at) };
}
