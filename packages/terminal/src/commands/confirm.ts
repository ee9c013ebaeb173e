import { UsageError } from '../language/usage-error.ts';
import type { CommandContext } from './command-context.ts';

/** For what cannot be undone. @throws {UsageError} where the answer is no */
export async function requireConfirmed({ confirm }: CommandContext, question: string): Promise<void> {
  if (!(await confirm(question))) throw new UsageError('Nothing was done.');
}
