import { Refusal } from '@tpx/protocol';
import { UsageError } from '../language/usage-error.ts';
import type { Arg, Args, Command } from './command.ts';
import type { CommandContext } from './command-context.ts';
import { explainError } from './explain-error.ts';

/**
 * The secrets of one command, asked for where the line has none. One that is refused is asked for again at once: after an
 * error people type it again, and without a question it would be sent as a message (spec TERM-64).
 */
export class Secrets {
  readonly #context: CommandContext;
  readonly #command: Command;
  readonly #args: Record<string, string | undefined>;
  readonly #asked = new Set<string>();

  constructor(context: CommandContext, command: Command, args: Args) {
    this.#context = context;
    this.#command = command;
    this.#args = { ...args };
  }

  /** The arguments, complete. @throws {UsageError} where nobody is there to ask, or nothing was given */
  async ask(): Promise<Args> {
    for (const arg of this.#command.args) {
      if (arg.kind !== 'secret' || arg.optional || (this.#args[arg.name] ?? '') !== '') continue;
      this.#args[arg.name] = arg.chosen ? await this.#askChosen(arg, arg.chosen) : await this.#askOnce(arg);
      this.#asked.add(arg.name);
    }
    return { ...this.#args };
  }

  /** False where the error is not about a secret that was asked for. */
  forget(error: unknown): boolean {
    if (!(error instanceof Refusal)) return false;
    const refused = this.#command.args.find(
      ({ name, refusedBy }) =>
        this.#asked.has(name) &&
        refusedBy?.code === error.code &&
        (refusedBy.reason === undefined || refusedBy.reason === reasonOf(error)),
    );
    if (!refused) return false;
    this.#context.complain(explainError(error));
    delete this.#args[refused.name];
    return true;
  }

  async #askChosen(arg: Arg, { lengthMin }: { lengthMin: number }): Promise<string> {
    for (;;) {
      const answer = await this.#askOnce(arg);
      if (answer.length < lengthMin) {
        this.#context.complain(`That is too short: it needs ${arg.rule ?? `${lengthMin} characters`}.`);
        continue;
      }
      if ((await this.#askOnce({ ...arg, rule: 'once more' })) === answer) return answer;
      this.#context.complain('The two are not the same.');
    }
  }

  async #askOnce({ name, rule }: Pick<Arg, 'name' | 'rule'>): Promise<string> {
    const answer = await this.#context.askSecret(rule === undefined ? `${name}: ` : `${name} (${rule}): `);
    if (answer === '') throw new UsageError('Nothing was done.');
    return answer;
  }
}

function reasonOf({ details }: Refusal): unknown {
  return (details as { reason?: unknown } | undefined)?.reason;
}
