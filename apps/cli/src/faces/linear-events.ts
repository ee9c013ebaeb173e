import type { MessageObject } from '@tpx/protocol';
import { type Conversation, SignedOutError } from '@tpx/sdk';
import { bodyOf, clock, excerpt, explainError, otherOf, peopleIn, titleOf } from '@tpx/terminal';
import type { LineContext } from '../lines/line-context.ts';
import { markedLines } from '../text/message-lines.ts';

type Print = (lines: string[]) => void;

/** Shows what happens, as lines in the order in which it happened. */
export class LinearEvents {
  readonly #context: LineContext;
  readonly #print: Print;
  /** Names are looked up before a line is shown; the lines keep their order. */
  #last: Promise<void> = Promise.resolve();
  /** Own messages on the ladder: the highest `seq` told of each step, by topic. */
  readonly #told = new Map<string, { D: number; R: number }>();
  #wasLost = false;
  commandRuns = false;

  constructor(context: LineContext, print: Print) {
    this.#context = context;
    this.#print = print;
    const { events } = context.client;
    events.on('message', ({ conversation, message }) => this.#message(conversation, message));
    events.on('edited', ({ conversation, message }) =>
      this.#show(conversation, [message.sender_id], () => [
        `${clock(message.edited_at ?? '')} ${context.name(message.sender_id)} edited: ${bodyOf(message)}`,
      ]),
    );
    events.on('deleted', ({ conversation, message }) =>
      this.#show(conversation, message ? [message.sender_id] : [], () => [
        `* A message${message ? ` of ${context.name(message.sender_id)}` : ''} was deleted.`,
      ]),
    );
    events.on('reaction', ({ conversation, user_id, emoji, on, message }) =>
      this.#show(conversation, [user_id], () => {
        const what = message ? ` to “${excerpt(bodyOf(message))}”` : '';
        return [`* ${context.name(user_id)} ${on ? 'reacted' : 'no longer reacts'} ${emoji}${what}`];
      }),
    );
    events.on('ping', ({ conversation, userId }) =>
      this.#show(conversation, [userId], () => [`* PING!!! from ${context.name(userId)}`]),
    );
    events.on('outbox', ({ conversation, entry, message }) => {
      const text = entry.message.content.text ?? entry.message.type;
      if (entry.error) {
        const advice = entry.error.code === 'removed' ? '' : ' /resend sends it again, /discard forgets it.';
        this.#show(conversation, [], () => [
          `* Not sent: “${excerpt(text)}”. ${entry.error?.message}${advice}`,
        ]);
      } else if (!message && !conversation.joined) {
        this.#show(conversation, [], () => [`… ${text}  (kept, and sent when the connection is back)`]);
      }
    });
    events.on('receipts', ({ conversation }) => this.#ladder(conversation));
    events.on('conversation_added', ({ conversation }) => this.#added(conversation));
    events.on('conversation_removed', ({ conversation, reason }) => {
      const how: Record<string, string> = { kicked: 'were removed from', banned: 'are banned from' };
      const title = titleOf(conversation, context);
      if (reason === 'deleted' || reason === 'not_found') this.#say(`* ${title} was deleted.`);
      else this.#say(`* You ${how[reason] ?? 'are no longer in'} ${title}.`);
    });
    events.on('connection', (connection) => {
      if (connection.state === 'waiting' && !this.#wasLost) {
        this.#wasLost = true;
        this.#say('* No connection. It comes back by itself; what you write is kept and sent then.');
      }
      if (connection.state !== 'online') return;
      if (this.#wasLost) this.#say('* Connected again.');
      this.#wasLost = false;
    });
    events.on('signed_out', ({ reason }) =>
      this.#say(
        reason === 'signed_out'
          ? 'Signed out. What was kept on this device is gone.'
          : '* This device was signed out. /login <username> signs it in again.',
      ),
    );
    events.on('refused', ({ error }) =>
      this.#say(`* The server does not want this client: ${error.message}. A newer version may help.`),
    );
  }

  /** Resolves when everything that has happened is shown. */
  shown(): Promise<void> {
    return this.#last;
  }

  #message(conversation: Conversation, message: MessageObject): void {
    this.#show(conversation, peopleIn([message]), () =>
      markedLines(conversation, message, this.#context.client.me.id, this.#context.name),
    );
  }

  /** A mark passes everything before it: one line for the newest message that it reaches. */
  #ladder(conversation: Conversation): void {
    const me = this.#context.client.me.id;
    const told = this.#told.get(conversation.topic) ?? { D: 0, R: 0 };
    this.#told.set(conversation.topic, told);
    const mine = conversation.messages.filter(({ sender_id, type }) => sender_id === me && type !== 'system');
    const read = mine.findLast((message) => conversation.ladderOf(message) === 'read');
    const delivered = mine.findLast((message) => conversation.ladderOf(message) !== 'sent');
    if (delivered && delivered.seq > Math.max(told.D, read?.seq ?? 0)) {
      this.#show(conversation, [], () => [`      D  ${excerpt(bodyOf(delivered))}`]);
    }
    if (read && read.seq > told.R) this.#show(conversation, [], () => [`      R  ${excerpt(bodyOf(read))}`]);
    told.D = Math.max(told.D, delivered?.seq ?? 0);
    told.R = Math.max(told.R, read?.seq ?? 0);
  }

  #added(conversation: Conversation): void {
    const { about } = conversation;
    if (about.kind === 'dm') return;
    // One's own doing is answered by its command.
    if (this.commandRuns) return;
    this.#queue(() => {
      this.#print([`* You are in ${about.name} now. /open ${about.name} turns to it.`]);
    });
  }

  #say(line: string): void {
    this.#queue(() => this.#print([line]));
  }

  /** What was not in the open conversation when it came says where it is. */
  #show(conversation: Conversation, people: string[], lines: () => string[]): void {
    const { about } = conversation;
    const isOpen = conversation === this.#context.current();
    this.#queue(async () => {
      await this.#context.learn(
        about.kind === 'dm' ? [...people, otherOf(about, this.#context.client.me.id)] : people,
      );
      const place = isOpen ? '' : `[${titleOf(conversation, this.#context)}] `;
      this.#print(lines().map((line) => place + line));
    });
  }

  #queue(show: () => void | Promise<void>): void {
    this.#last = this.#last.then(show).catch((error: unknown) => {
      // Signed out in between: nobody is left to show it to.
      if (!(error instanceof SignedOutError)) this.#print([explainError(error)]);
    });
  }
}
