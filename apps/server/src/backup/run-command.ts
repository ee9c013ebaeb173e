import { constants } from 'node:os';
import { resolve } from 'node:path';
import { inspect } from 'node:util';
import { ConfigError } from '../config/config.ts';
import { secretsHider } from '../config/secrets.ts';
import { DatabaseError } from '../db/database.ts';
import { BackupError } from './backup-format.ts';

/**
 * Runs a command that takes one file, named as the person sees it from their folder. What is known to go wrong is one
 * sentence and the exit code 1; `translate` knows the errors of a start.
 */
export async function runCommand(
  name: string,
  args: readonly string[],
  translate: (error: unknown) => unknown,
  run: (file: string) => Promise<void>,
): Promise<void> {
  const [file] = args;
  if (file === undefined || args.length !== 1 || file.startsWith('-')) {
    console.error(`Name one file: npm run ${name} -- FILE`);
    process.exit(2);
  }
  // Not the default, which would leave out what is to be removed at the exit.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      console.error(`The ${name} was interrupted. Run it again.`);
      process.exit(128 + constants.signals[signal]);
    });
  }
  try {
    await run(resolve(process.env.INIT_CWD ?? '', file));
    process.exit(0);
  } catch (thrown) {
    console.error(secretsHider(process.env)(sentenceOf(translate(thrown))));
    process.exit(1);
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof DatabaseError)
    return `PostgreSQL refused it: ${error.message} (${error.sqlState}). Nothing was changed.`;
  const isKnown =
    error instanceof Error &&
    (error instanceof BackupError ||
      error instanceof ConfigError ||
      ['StartError', 'EmbeddedPostgresError'].includes(error.name) ||
      'syscall' in error);
  return isKnown ? error.message : inspect(error);
}
