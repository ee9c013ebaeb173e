import type { ConversationId, UserId } from '@tpx/protocol';
import type { Bus } from './bus.ts';
import type { PresencePart } from './presence-news.ts';

type Deps = {
  bus: Bus;
  nodeId: string;
  /** The other nodes that live. */
  peers(): readonly string[];
  /** This node's people; `all` of them, or of many only how many they are. */
  partOf(id: ConversationId, all: boolean): PresencePart | undefined;
  /** A node has answered for a conversation that was asked for; undefined where it has nobody there. */
  answered(id: ConversationId, nodeId: string, part: PresencePart | undefined): void;
};

/** `parts`: for rooms of this node. `people`: everybody, for whoever wants the names. */
type Kind = 'parts' | 'people';
type Answers = ReadonlyMap<ConversationId, PresencePart>;
type Ask = {
  ids: readonly ConversationId[];
  waitingFor: Set<string>;
  /** Answers come in several messages where they are long. */
  partial: Map<string, Map<ConversationId, PresencePart>>;
  answered(nodeId: string, parts: Answers): void;
  done(): void;
};

const SUBJECT = 'presence';
/** In place of the number of an ask: the answer to one that went to a conversation's own subject. */
const TOLD = 'told';
/** What is asked in this time is asked together. */
const GATHER_MS = 10;
const IDS_PER_ASK = 1_000;
/** Far below what NATS takes in one message (1 MiB). */
const ANSWER_CHARACTERS = 131_072;
/** Whoever asks for people is told what has come by then. */
const PEOPLE_WITHIN_MS = 500;
/** An answer that takes longer is not waited for any more. */
const FORGOTTEN_AFTER_MS = 10_000;

/** Asks all other nodes who of theirs is in which conversations, and tells them of its own (spec CLU-13). */
export class PresenceExchange {
  readonly #deps: Deps;
  readonly #asks = new Map<number, Ask>();
  #asked = 0;
  #gathering = new Set<ConversationId>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(deps: Deps) {
    this.#deps = deps;
    deps.bus.subscribe(SUBJECT, (text) => this.#answer(text));
    deps.bus.subscribe(`${SUBJECT}.${deps.nodeId}`, (text) => this.#receive(text));
  }

  /** Tells another node, which has asked those who serve it, of this node's people there. */
  tell(id: ConversationId, asker: string): void {
    const part = this.#deps.partOf(id, false);
    if (!part) return;
    const line = `${id} ${JSON.stringify(part)}`;
    this.#deps.bus.publish(`${SUBJECT}.${asker}`, `${this.#deps.nodeId} ${TOLD} last\n${line}`);
  }

  /** What all others have in these rooms; `answered` is called for each room and node. */
  ask(ids: readonly ConversationId[]): void {
    if (this.#deps.peers().length === 0) return;
    for (const id of ids) this.#gathering.add(id);
    this.#timer ??= setTimeout(() => this.#askGathered(), GATHER_MS);
  }

  #askGathered(): void {
    this.#timer = undefined;
    const ids = [...this.#gathering];
    this.#gathering.clear();
    for (let from = 0; from < ids.length; from += IDS_PER_ASK) {
      const some = ids.slice(from, from + IDS_PER_ASK);
      this.#send('parts', some, (nodeId, parts) => {
        for (const id of some) this.#deps.answered(id, nodeId, parts.get(id));
      });
    }
  }

  /** Everybody whom other nodes have there, as far as they answer. */
  people(id: ConversationId): Promise<ReadonlySet<UserId>> {
    const people = new Set<UserId>();
    return new Promise((resolve) => {
      const overdue = setTimeout(() => resolve(people), PEOPLE_WITHIN_MS);
      const collect = (_nodeId: string, parts: Answers) => {
        for (const [userId] of parts.get(id)?.entries ?? []) people.add(userId);
      };
      this.#send('people', [id], collect, () => {
        clearTimeout(overdue);
        resolve(people);
      });
    });
  }

  #send(
    kind: Kind,
    ids: readonly ConversationId[],
    answered: Ask['answered'],
    done: () => void = () => undefined,
  ): void {
    const waitingFor = new Set(this.#deps.peers());
    if (waitingFor.size === 0) {
      done();
      return;
    }
    const number = ++this.#asked;
    this.#asks.set(number, { ids, waitingFor, partial: new Map(), answered, done });
    setTimeout(() => this.#asks.delete(number), FORGOTTEN_AFTER_MS);
    this.#deps.bus.publish(SUBJECT, [`${this.#deps.nodeId} ${number} ${kind}`, ...ids].join('\n'));
  }

  #answer(text: string): void {
    const [head = '', ...ids] = text.split('\n') as [string, ...ConversationId[]];
    const [asker, number, kind] = head.split(' ');
    let lines: string[] = [];
    let characters = 0;
    const send = (more: 'more' | 'last') => {
      const from = `${this.#deps.nodeId} ${number} ${more}`;
      this.#deps.bus.publish(`${SUBJECT}.${asker}`, [from, ...lines].join('\n'));
      lines = [];
      characters = 0;
    };
    for (const id of ids) {
      const part = this.#deps.partOf(id, kind === 'people');
      if (!part) continue;
      const line = `${id} ${JSON.stringify(part)}`;
      lines.push(line);
      characters += line.length;
      if (characters > ANSWER_CHARACTERS) send('more');
    }
    send('last');
  }

  #receive(text: string): void {
    const [head = '', ...lines] = text.split('\n');
    const [nodeId = '', number, more] = head.split(' ');
    if (number === TOLD) {
      for (const line of lines) {
        const [id, part] = readPart(line);
        this.#deps.answered(id, nodeId, part);
      }
      return;
    }
    const ask = this.#asks.get(Number(number));
    if (!ask) return;
    const parts = ask.partial.get(nodeId) ?? new Map<ConversationId, PresencePart>();
    for (const line of lines) parts.set(...readPart(line));
    if (more === 'more') {
      ask.partial.set(nodeId, parts);
      return;
    }
    ask.partial.delete(nodeId);
    ask.answered(nodeId, parts);
    if (!ask.waitingFor.delete(nodeId) || ask.waitingFor.size > 0) return;
    this.#asks.delete(Number(number));
    ask.done();
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}

function readPart(line: string): [ConversationId, PresencePart] {
  const end = line.indexOf(' ');
  return [line.slice(0, end) as ConversationId, JSON.parse(line.slice(end + 1)) as PresencePart];
}
