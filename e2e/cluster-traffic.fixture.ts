import { expect } from 'bun:test';
import { type ConversationJoined, type GroupObject, LIMITS, type MessageObject } from '@tpx/protocol';
import { Api, createGroup, createPerson, type Person, until } from '@tpx/testkit';
import type { Channel, Socket } from 'phoenix';
import type { Cluster } from './cluster.fixture.ts';
import type { Clients } from './phoenix-client.fixture.ts';

const PAUSE_MS = 15;

type Seen = { seq: number };

/** The official client of a member; every `seq` that it was shown, in that order. */
export class Reader {
  readonly seqs: number[] = [];
  readonly channel: Channel;
  readonly #api: Api;
  readonly #groupId: string;
  /** Broadcasts that wait until what was missed before them is read. */
  #held: number[] | undefined;
  #joins = 0;
  readonly #socket: Socket;
  readonly #url: string;

  constructor(socket: Socket, api: Api, groupId: string, url = '') {
    this.#url = url;
    this.#socket = socket;
    this.#api = api;
    this.#groupId = groupId;
    this.channel = socket.channel(`group:${groupId}`, () => ({ last_seq: this.last }));
    this.channel.on('message', (payload) => (this.#held ?? this.seqs).push((payload as Seen).seq));
    this.channel.onError(() => this.#joins++);
    this.channel.join().receive('ok', (response) => void this.#joined(response as ConversationJoined));
  }

  get last(): number {
    return this.seqs.at(-1) ?? 0;
  }

  /** Waits for `last`; everything until then is there once, in order. */
  async isWhole(last: number): Promise<void> {
    await until(() => this.last >= last, { what: `message ${last} to arrive`, timeoutMs: 20_000 }).catch(
      (error: Error) => {
        throw new Error(`${error.message} ${this.#state()}`);
      },
    );
    expect(this.seqs).toEqual(Array.from({ length: this.last }, (_, n) => n + 1));
  }

  /** What the answer does not carry is read page by page; what was said after it has come as broadcasts (WS-7). */
  async #joined({ events, last_seq: end }: ConversationJoined): Promise<void> {
    const join = ++this.#joins;
    const held: number[] = [];
    this.#held = held;
    this.#take(events, end);
    while (this.last < end) {
      const path = `/groups/${this.#groupId}/events?after=${this.last}&limit=${LIMITS.pageMax}`;
      const answer = await this.#api.call<{ events: Seen[] }>('GET', path).catch(() => undefined);
      // A later join begins where this one got to.
      if (join !== this.#joins) return;
      if (answer?.status === 200) this.#take(answer.body.events, end);
      else await Bun.sleep(PAUSE_MS);
    }
    this.seqs.push(...held);
    this.#held = undefined;
  }

  /** What a reader that waits in vain is doing. */
  #state(): string {
    const waiting = this.#held ? `, ${this.#held.length} broadcasts wait for the pages before them` : '';
    const socket = this.#socket.isConnected() ? 'connected' : 'not connected';
    return `The reader at ${this.#url} has ${this.last}${waiting}; channel ${this.channel.state}, socket ${socket}, ${this.#joins} joins.`;
  }

  #take(events: readonly Seen[], end: number): void {
    for (const { seq } of events) if (seq <= end) this.seqs.push(seq);
  }
}

/**
 * A group with members on every node, who read, and send without pause. A send is repeated with its client_id until it is
 * acknowledged, as an outbox does it.
 */
export class Traffic {
  readonly readers: Reader[];
  readonly #acknowledged = new Set<number>();
  readonly #sending: Promise<void>[];
  #isOn = true;

  private constructor(
    clients: Clients,
    cluster: Cluster,
    group: GroupObject,
    people: readonly Person[],
    senders: readonly number[],
  ) {
    this.readers = people.map((person, index) => {
      const node = cluster.node(index);
      const api = new Api(node.url, person.tokens.access_token);
      return new Reader(clients.connectAs(node, person), api, group.id, node.url);
    });
    this.#sending = senders.map((index) =>
      this.#send(cluster.node(index), people[index] as Person, group.id),
    );
  }

  /** `senders` are the nodes on which somebody sends: all of them unless it is said. */
  static async start(
    clients: Clients,
    cluster: Cluster,
    senders = cluster.nodes.map((_, index) => index),
  ): Promise<Traffic> {
    const people = await Promise.all(cluster.nodes.map((node, index) => createPerson(node, `p${index}`)));
    const [owner, ...others] = people;
    if (!owner) throw new Error('There is no node.');
    const group = await createGroup(owner, others);
    const traffic = new Traffic(clients, cluster, group, people, senders);
    await traffic.flows();
    return traffic;
  }

  async #send(node: { url: string }, person: Person, groupId: string): Promise<void> {
    const api = new Api(node.url, person.tokens.access_token);
    while (this.#isOn) {
      const send = {
        group_id: groupId,
        type: 'text',
        content: { text: `from ${person.username}` },
        client_id: crypto.randomUUID(),
      };
      let isStored = false;
      while (!isStored) {
        const answer = await Promise.race([
          api.call<{ message: MessageObject }>('POST', '/messages/send', send).catch(() => undefined),
          Bun.sleep(5_000),
        ]);
        isStored = answer?.status === 201 || answer?.status === 200;
        if (isStored && answer) this.#acknowledged.add(answer.body.message.seq);
        await Bun.sleep(PAUSE_MS);
      }
    }
  }

  /** Waits until some more messages are acknowledged. */
  async flows(more = 20): Promise<void> {
    const before = this.#acknowledged.size;
    await until(() => this.#acknowledged.size >= before + more, {
      what: 'messages to be acknowledged',
      timeoutMs: 30_000,
    });
  }

  get acknowledged(): number {
    return this.#acknowledged.size;
  }

  /** Every reader gets what is acknowledged by now, once, in order, and nothing is missing in between. */
  async arrives(): Promise<void> {
    const last = Math.max(...this.#acknowledged);
    for (const reader of this.readers) await reader.isWhole(last);
  }

  /** Ends it, once all has arrived. */
  async endsWhole(): Promise<void> {
    this.#isOn = false;
    await Promise.all(this.#sending);
    await this.arrives();
  }
}
