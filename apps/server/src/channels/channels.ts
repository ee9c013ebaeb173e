import {
  type ConversationId,
  ConversationJoin,
  type ConversationKind,
  type Frame,
  parseTopic,
  Refusal,
  UserJoin,
} from '@tpx/protocol';
import type { Admission } from '../limits/admission.ts';
import { charactersOf } from '../messages/read-log.ts';
import type { Channel } from './channel.ts';
import type { ChannelHandlers, ChannelSession } from './channel-session.ts';
import { type PushDeps, runConversationPush } from './conversation-pushes.ts';
import {
  completeJoin,
  enterPresence,
  type Joinable,
  type JoinDeps,
  joinRefOf,
  type Position,
  prepareJoin,
} from './join-conversation.ts';
import { completeUserJoin, prepareUserJoin } from './join-user.ts';
import { parsePayload } from './parse-payload.ts';

type Deps = JoinDeps & PushDeps & { admission: Pick<Admission, 'goOn'> };

/** What each kind of topic does when it is joined, left and pushed to. */
export class Channels implements ChannelHandlers {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  async join(session: ChannelSession, frame: Frame): Promise<void> {
    const topic = parseTopic(frame.topic);
    if (!topic) throw new Refusal('not_found', 'Topics are group:<id>, dm:<id> and user:<your id>.');
    if (topic.kind !== 'user') return this.#joinConversation(session, frame, topic);
    if (topic.id !== session.userId) throw new Refusal('unauthorized', "This topic is somebody else's.");
    return this.#joinUser(session, frame);
  }

  async #joinConversation(
    session: ChannelSession,
    frame: Frame,
    topic: { kind: ConversationKind; id: ConversationId },
  ): Promise<void> {
    const { last_seq, last_id } = parsePayload(ConversationJoin, frame.payload);
    const position = last_seq === undefined ? undefined : { seq: last_seq, eventId: last_id ?? undefined };
    const joinable = await this.#stable(session, frame, async () => {
      const prepared = await prepareJoin(this.#deps, session, topic, position);
      return { ...prepared, description: await this.#deps.describe(prepared.conversation) };
    });
    this.#chargeFor('join', session, [joinable]);
    const { response } = completeJoin(session, joinable, joinRefOf(frame));
    session.connection.reply(frame, 'ok', response);
    enterPresence(this.#deps, session, joinable);
  }

  async #joinUser(session: ChannelSession, frame: Frame): Promise<void> {
    this.#deps.limiter.take('resume', session.userId, tokensOf(frame.payload));
    const { resume = {} } = parsePayload(UserJoin, frame.payload);
    const positions = Object.fromEntries(
      Object.entries(resume).map(([name, held]) => [name, positionOf(held)]),
    );
    const goOn = () => this.#goOn(session, frame);
    const prepared = await this.#stable(session, frame, () =>
      prepareUserJoin(this.#deps, session, positions, goOn),
    );
    this.#deps.limiter.charge('resume', session.userId, prepared.conversations.length / SUMMARIES_PER_TOKEN);
    const resumed = prepared.resumes.map(([, joinable]) => joinable);
    this.#chargeFor(
      'resume',
      session,
      resumed.filter((joinable): joinable is Joinable => !(joinable instanceof Refusal)),
    );
    const { topic } = frame;
    session.channels.add({ kind: 'user', topic, joinRef: joinRefOf(frame) });
    session.connection.subscribe(topic);
    const { response, entered } = completeUserJoin(session, prepared, joinRefOf(frame));
    session.connection.reply(frame, 'ok', response);
    for (const joinable of entered) enterPresence(this.#deps, session, joinable);
  }

  /**
   * What a join reads, once it is its turn to go on with it. It is read again where the user's rights changed meanwhile, so
   * that nobody joins with rights that are gone.
   * @throws {Refusal} `conflict` where nobody wants the join any more
   */
  async #stable<T>(session: ChannelSession, frame: Frame, read: () => Promise<T>): Promise<T> {
    for (;;) {
      const version = session.accessVersion;
      const value = await read();
      await this.#goOn(session, frame);
      if (session.accessVersion === version) return value;
    }
  }

  /** The next step of a join, once it is its turn. @throws {Refusal} `conflict` where nobody wants the join any more */
  async #goOn(session: ChannelSession, frame: Frame): Promise<void> {
    if (session.wants(frame)) await this.#deps.admission.goOn();
    if (!session.wants(frame)) throw overtaken();
  }

  /** Events that had to be read count by their size (spec LIM-4); those of a ring cost next to nothing. */
  #chargeFor(bucket: 'join' | 'resume', { userId }: ChannelSession, joinables: readonly Joinable[]): void {
    let characters = 0;
    for (const { missed } of joinables) characters += charactersOf(missed.entries);
    this.#deps.limiter.chargePage(bucket, userId, characters);
  }

  push(session: ChannelSession, channel: Channel, frame: Frame): unknown {
    if (channel.kind === 'user') {
      this.#deps.limiter.take('frame', session.userId);
      throw new Refusal('invalid', 'Your own topic takes no events; push to a conversation.');
    }
    return runConversationPush(this.#deps, session, channel, frame.event, frame.payload);
  }

  leave(session: ChannelSession, channel: Channel): void {
    session.connection.unsubscribe(channel.topic);
    if (channel.kind === 'user') return;
    this.#deps.presence.leave(channel.conversation, session);
    this.#oneReaderLess(channel.conversation);
  }

  dropped(session: ChannelSession, channel: Channel): void {
    if (channel.kind === 'user') return;
    this.#deps.presence.drop(channel.conversation, session);
    this.#oneReaderLess(channel.conversation);
  }

  #oneReaderLess(conversation: { readers: number; idleSince: number }): void {
    conversation.readers--;
    conversation.idleSince = performance.now();
  }
}

/** A plain number is what earlier clients send. */
function positionOf(held: number | { last_seq: number; last_id?: string | null | undefined }): Position {
  if (typeof held === 'number') return { seq: held, eventId: undefined };
  return { seq: held.last_seq, eventId: held.last_id ?? undefined };
}

/** Conversations of the answer to a `user:` join that a token pays for; a resumed one costs a token itself. */
const SUMMARIES_PER_TOKEN = 20;

/** A token for each topic that is to be resumed, counted before the payload is checked (spec WS-25). */
function tokensOf(payload: unknown): number {
  const { resume } = payload as { resume?: unknown };
  if (resume === null || typeof resume !== 'object') return 1;
  return Math.max(1, Object.keys(resume).length);
}

/** Every join is answered, also one that no longer counts (spec WS-5). */
function overtaken(): Refusal {
  return new Refusal('conflict', 'A leave or another join of this topic came before this join was done.');
}
