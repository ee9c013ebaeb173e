import { resolve } from 'node:path';
import { inspect } from 'node:util';
import { ConfigError } from '../config/config.ts';
import { secretsHider } from '../config/secrets.ts';
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
  try {
    await run(resolve(process.env.INIT_CWD ?? '', file));
    process.exit(0);
  } catch (thrown) {
    const error = translate(thrown);
    const isKnown =
      error instanceof Error &&
      (error instanceof BackupError ||
        error instanceof ConfigError ||
        ['StartError', 'EmbeddedPostgresError'].includes(error.name) ||
        'syscall' in error);
    console.error(secretsHider(process.env)(isKnown ? error.message : inspect(error)));
    process.exit(1);
  }
}
