import type { Command } from '../commands/command.ts';
import type { CommandContext } from '../commands/command-context.ts';
import { isAllowed } from '../commands/permission.ts';
import { usageOf } from '../commands/usage.ts';
import { argumentOffer, type Offer, type Sources } from './argument-candidates.ts';
import type { Candidate, Completion } from './completion.ts';
import { namesOf } from './find-command.ts';
import { PeopleLists } from './people-lists.ts';
import { type Question, questionsAt } from './question.ts';
import { textCandidates } from './text-candidates.ts';

const CANDIDATES_MAX = 50;

/** Tab: what may stand at the cursor (spec TERM-24). */
export class Completer {
  readonly #sources: Sources;
  #asked = 0;

  constructor(context: CommandContext, table: readonly Command[]) {
    this.#sources = { context, table, lists: new PeopleLists(context.client) };
  }

  /**
   * `show` is called at once with what is known here and, where more has to be asked for, again with all of it; never
   * after the next `ask` or `cancel`. `isComplete`: nothing more comes.
   */
  ask(line: string, cursor: number, show: (completion: Completion, isComplete: boolean) => void): void {
    const asked = ++this.#asked;
    const questions = questionsAt(line, cursor, this.#sources.table);
    const offers = questions.map((question) => ({ question, ...this.#offer(question) }));
    const isComplete = offers.every(({ later }) => later === undefined);
    const known = offers.map(({ question, now }) => ({ at: question.at, candidates: now }));
    show(joined(known, cursor), isComplete);
    if (isComplete) return;
    const all = offers.map(async ({ question, now, later }) => ({
      at: question.at,
      // Without a connection, or a right that has just gone, what is known has to do.
      candidates: later ? await later().catch(() => now) : now,
    }));
    void Promise.all(all).then((found) => {
      if (asked === this.#asked) show(joined(found, cursor), true);
    });
  }

  /** The line has changed: what is still being asked for is not shown any more. */
  cancel(): void {
    this.#asked++;
  }

  #offer(question: Question): Offer {
    const { context, lists } = this.#sources;
    switch (question.about) {
      case 'command':
        return { now: this.#commands(question.typed) };
      case 'argument': {
        if (!isAllowed(question.command, context)) return { now: [] };
        const [first, ...others] = question.args.map((arg) => argumentOffer(this.#sources, question, arg));
        const more = others.flatMap(({ now }) => now);
        const { now = [], later } = first ?? {};
        return { now: [...now, ...more], ...(later && { later: async () => [...(await later()), ...more] }) };
      }
      case 'text': {
        const conversation = context.current();
        if (!conversation) return { now: textCandidates(question, { members: [], banned: [] }, '') };
        const me = context.client.me.id;
        const now = textCandidates(question, lists.now(conversation), me);
        if (question.typed.startsWith(':')) return { now };
        return { now, later: async () => textCandidates(question, await lists.fetch(conversation), me) };
      }
    }
  }

  /** Own names go before aliases, which are offered only where nothing else begins so. */
  #commands(typed: string): Candidate[] {
    const { context, table } = this.#sources;
    const allowed = table.filter((command) => isAllowed(command, context));
    const begun = (names: readonly string[]) => names.filter((name) => name.startsWith(typed));
    const offer = (command: Command, name: string): Candidate => ({
      text: name,
      label: usageOf(command),
      note: command.help,
    });
    const own = allowed.flatMap((command) => begun([command.name]).map((name) => offer(command, name)));
    if (own.length > 0) return own;
    return allowed.flatMap((command) => begun(namesOf(command)).map((name) => offer(command, name)));
  }
}

/** Several readings of one place: those that go as far back as the first that has anything. */
function joined(completions: readonly Completion[], cursor: number): Completion {
  const filled = completions.filter(({ candidates }) => candidates.length > 0);
  const at = filled[0]?.at ?? { start: cursor, end: cursor };
  const candidates = filled.filter((one) => one.at.start === at.start).flatMap((one) => one.candidates);
  const once = new Map(candidates.toReversed().map((candidate) => [candidate.text, candidate]));
  return { at, candidates: [...once.values()].toReversed().slice(0, CANDIDATES_MAX) };
}
