import type { Person } from '@tpx/testkit';
import type { CrashSender } from './crash-sender.fixture.ts';

type LogEvent = {
  seq: number;
  event: string;
  payload: { message?: { seq: number; sender_id: string; client_id: string | null } };
};

const PAGE = 100;
/** Sentences told of one check; the first says enough. */
const COMPLAINTS_MAX = 10;

/** Reads a log as it grows and holds it against what its senders were told. */
export class CrashLog {
  readonly #reader: Person;
  readonly #groupId: string;
  readonly #senders: Map<string, CrashSender>;
  /** Where message n of a sender stands. */
  readonly #found = new Map<string, Map<number, number>>();
  lastSeq = 0;
  messages = 0;

  constructor(reader: Person, groupId: string, senders: readonly CrashSender[]) {
    this.#reader = reader;
    this.#groupId = groupId;
    this.#senders = new Map(senders.map((sender) => [sender.userId, sender]));
    for (const { userId } of senders) this.#found.set(userId, new Map());
  }

  /** Reads what is new; gives what is wrong, nothing where all is well. What is well is not looked at again. */
  async check(): Promise<string[]> {
    // Taken first: what is acknowledged while the log is read may not be in it.
    const acknowledged = [...this.#senders.values()].map(
      (sender) => [sender, [...sender.acknowledged]] as const,
    );
    const wrong: string[] = [];
    for (;;) {
      const { status, body } = await this.#reader.api.call<{ events: LogEvent[]; has_more: boolean }>(
        'GET',
        `/groups/${this.#groupId}/events?after=${this.lastSeq}&limit=${PAGE}`,
      );
      if (status !== 200) throw new Error(`Reading the log answered ${status}: ${JSON.stringify(body)}`);
      for (const event of body.events) this.#take(event, wrong);
      if (!body.has_more || body.events.length === 0) break;
    }
    for (const [sender, messages] of acknowledged) {
      for (const [number, seq] of messages) this.#compare(sender, number, seq, wrong);
    }
    return wrong.slice(0, COMPLAINTS_MAX);
  }

  #take({ seq, event, payload }: LogEvent, wrong: string[]): void {
    if (seq !== this.lastSeq + 1) wrong.push(`after seq ${this.lastSeq} comes ${seq}`);
    this.lastSeq = seq;
    const { message } = payload;
    const number = Number(/^crash-(\d+)$/.exec(message?.client_id ?? '')?.[1] ?? Number.NaN);
    if (event !== 'message' || !message || Number.isNaN(number)) return;
    this.messages++;
    const found = this.#found.get(message.sender_id);
    if (!found) wrong.push(`${seq} is of nobody who sends`);
    else if (found.has(number))
      wrong.push(`message ${number} of ${message.sender_id} is there twice: ${seq}`);
    else {
      const before = found.get(number - 1);
      // Each sender numbers its messages as it sends them.
      if (number > 0 && before === undefined)
        wrong.push(`message ${number} came before the one sent before it`);
      found.set(number, seq);
    }
  }

  #compare(sender: CrashSender, number: number, seq: number, wrong: string[]): void {
    const found = this.#found.get(sender.userId)?.get(number);
    if (found === undefined)
      wrong.push(`acknowledged message ${number} of ${sender.userId} is not in the log`);
    else if (found !== seq)
      wrong.push(`message ${number} was acknowledged with seq ${seq} and stands at ${found}`);
    sender.acknowledged.delete(number);
  }
}
