import type { MessageObject } from '@tpx/protocol';
import { type Conversation, SignedOutError } from '@tpx/sdk';
import type { CommandContext } from '../commands/command-context.ts';
import { otherOf, titleOf } from '../commands/conversation-names.ts';
import { explainError } from '../commands/explain-error.ts';
import { bodyOf, clock, excerpt, peopleIn } from '../commands/message-text.ts';
import {
  connectionSentences,
  GONE_MARK,
  guessedSentence,
  pingSentence,
  refusedSentence,
  removedSentence,
  replacedSentence,
  signedOutSentence,
} from '../language/event-sentence.ts';
import { INDENT, markedLines, messageLines } from './message-lines.ts';

/** What happens, as lines in the order in which it happened. */
export class LineEvents {
  readonly #context: CommandContext;
  readonly #tell: (lines: readonly string[]) => void;
  /** Names are looked up before a line is told; the lines keep their order. */
  #last: Promise<void> = Promise.resolve();
  /** Own messages on the ladder: the highest `seq` told of each step, by topic. */
  readonly #told = new Map<string, { D: number; R: number }>();
  commandRuns = false;

  constructor(context: CommandContext, tell: (lines: readonly string[]) => void) {
    this.#context = context;
    this.#tell = tell;
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
    events.on('replaced', ({ conversation, gone }) =>
      this.#show(conversation, peopleIn([...gone]), () => [
        `* ${replacedSentence(gone.length)}`,
        ...gone.flatMap((message) => messageLines(message, this.#context.name, GONE_MARK)),
      ]),
    );
    events.on('ping', ({ conversation, userId }) =>
      this.#show(conversation, [userId], () => [`* ${pingSentence(context.name(userId))}`]),
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
    events.on('conversation_removed', ({ conversation, reason }) =>
      this.#say(`* ${removedSentence(titleOf(conversation, context), reason)}`),
    );
    const connectionSentence = connectionSentences();
    events.on('connection', (connection) => {
      const sentence = connectionSentence(connection);
      if (sentence !== undefined) this.#say(`* ${sentence}`);
    });
    events.on('password_guessed', (event) => this.#say(`* ${guessedSentence(event)}`));
    events.on('signed_out', (event) => {
      // One's own signing out is answered; another's is news.
      this.#say(`${event.reason === 'signed_out' ? '' : '* '}${signedOutSentence(event)}`);
    });
    events.on('refused', (event) => this.#say(`* ${refusedSentence(event)}`));
  }

  /** Resolves when everything that has happened is told. */
  told(): Promise<void> {
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
      this.#show(conversation, [], () => [`${INDENT}D  ${excerpt(bodyOf(delivered))}`]);
    }
    if (read && read.seq > told.R)
      this.#show(conversation, [], () => [`${INDENT}R  ${excerpt(bodyOf(read))}`]);
    told.D = Math.max(told.D, delivered?.seq ?? 0);
    told.R = Math.max(told.R, read?.seq ?? 0);
  }

  #added({ about }: Conversation): void {
    // One's own doing is answered by its command.
    if (about.kind === 'dm' || this.commandRuns) return;
    this.#say(`* You are in ${about.name} now. /open ${about.name} turns to it.`);
  }

  #say(line: string): void {
    this.#queue(() => this.#tell([line]));
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
      this.#tell(lines().map((line) => place + line));
    });
  }

  #queue(tell: () => void | Promise<void>): void {
    this.#last = this.#last.then(tell).catch((error: unknown) => {
      // Signed out in between: nobody is left to tell it to.
      if (!(error instanceof SignedOutError)) this.#tell([explainError(error)]);
    });
  }
}
