import { LIMITS, Refusal } from '@tpx/protocol';
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

  /** The arguments, complete. @throws {UsageError} where nobody is there to ask, nothing was given, or it is not valid */
  async ask(): Promise<Args> {
    for (const arg of this.#command.args) {
      if (arg.kind !== 'secret' || arg.optional) continue;
      const typed = this.#args[arg.name] ?? '';
      if (typed === '') {
        this.#args[arg.name] = await (arg.chosen ? this.#askChosen(arg, arg.chosen) : this.#askOnce(arg));
        this.#asked.add(arg.name);
      } else {
        const wrong = arg.chosen?.(typed);
        if (wrong !== undefined) throw new UsageError(wrong);
      }
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
        (refusedBy.reasons === undefined || refusedBy.reasons.includes(reasonOf(error))),
    );
    if (!refused) return false;
    this.#context.showError(explainError(error));
    delete this.#args[refused.name];
    return true;
  }

  async #askChosen(arg: Arg, whatIsWrong: NonNullable<Arg['chosen']>): Promise<string> {
    for (;;) {
      const answer = await this.#askOnce(arg);
      const wrong = whatIsWrong(answer);
      if (wrong !== undefined) this.#context.showError(wrong);
      else if ((await this.#askOnce({ ...arg, rule: 'once more' })) === answer) return answer;
      else this.#context.showError('The two are not the same.');
    }
  }

  /** No secret is longer than a password may be: what is, was pasted by mistake. */
  async #askOnce({ name, rule }: Pick<Arg, 'name' | 'rule'>): Promise<string> {
    for (;;) {
      const answer = await this.#context.askSecret(rule === undefined ? `${name}: ` : `${name} (${rule}): `);
      if (answer === '') throw new UsageError('Nothing was done.');
      if ([...answer].length <= LIMITS.passwordMax) return answer;
      this.#context.showError(`That is too long: a password has at most ${LIMITS.passwordMax} characters.`);
    }
  }
}

function reasonOf({ details }: Refusal): string {
  return String((details as { reason?: unknown } | undefined)?.reason);
}
