import { explainError } from '@tpx/terminal';
import { escapeForTerminal } from '../text/escape.ts';
import { EXIT } from './exit-code.ts';

/** What nobody caught ends the program, after `restore`: a message on a screen that is gone a moment later helps nobody. */
export function endOnCrash(restore: () => void): void {
  const end = (error: unknown) => {
    restore();
    const stack = error instanceof Error ? (error.stack ?? '') : '';
    const lines = [
      `tpx has met an error that it did not expect. ${explainError(error)}`,
      ...stack.split('\n'),
    ];
    process.stderr.write(lines.map((line) => `${escapeForTerminal(line)}\n`).join(''));
    process.exit(EXIT.failed);
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', end);
}
