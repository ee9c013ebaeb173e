import { parseArgs } from 'node:util';
import { UsageError } from './text/explain-error.ts';

export type StartOptions = {
  server: string | undefined;
  profile: string | undefined;
  json: boolean;
  help: boolean;
  /** A command to begin with, as in `tpx register alice`. */
  words: string[];
};

/** @throws {UsageError} */
export function readStartOptions(argv: readonly string[]): StartOptions {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        server: { type: 'string' },
        profile: { type: 'string', short: 'P' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const { server, profile, json, help } = values;
    if (json && positionals.length > 0)
      throw new UsageError('With --json commands are lines of the input: {"command": "…", "args": {…}}.');
    return { server, profile, json, help, words: positionals };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${(error as Error).message.split('. ')[0]}. tpx --help lists the options.`);
  }
}
