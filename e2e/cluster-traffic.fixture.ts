import { expect } from 'bun:test';
import type { ConversationJoined, GroupObject, MessageObject } from '@tpx/protocol';
import { Api, createGroup, createPerson, type Person, until } from '@tpx/testkit';
import type { Channel, Socket } from 'phoenix';
import type { Cluster } from './cluster.fixture.ts';
import type { Clients } from './phoenix-client.fixture.ts';

const PAUSE_MS = 15;

/** The official client of a member; every `seq` that it was shown, in that order. */
export class Reader {
  readonly seqs: number[] = [];
  readonly channel: Channel;

  constructor(socket: Socket, topic: string) {
    this.channel = socket.channel(topic, () => ({ last_seq: this.last }));
    this.channel.on('message', (payload) => this.seqs.push((payload as { seq: number }).seq));
    this.channel.join().receive('ok', (response) => {
      for (const { seq } of (response as ConversationJoined).events) this.seqs.push(seq);
    });
  }

  get last(): number {
    return this.seqs.at(-1) ?? 0;
  }

  /** Waits for `last`; everything until then is there once, in order. */
  async isWhole(last: number): Promise<void> {
    await until(() => this.last >= last, { what: `message ${last} to arrive`, timeoutMs: 20_000 });
    expect(this.seqs).toEqual(Array.from({ length: this.last }, (_, n) => n + 1));
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
    this.readers = people.map(
      (person, index) => new Reader(clients.connectAs(cluster.node(index), person), `group:${group.id}`),
    );
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

  /** Ends it; every reader has every acknowledged message once, in order, and nothing is missing in between. */
  async endsWhole(): Promise<void> {
    this.#isOn = false;
    await Promise.all(this.#sending);
    const last = Math.max(...this.#acknowledged);
    for (const reader of this.readers) await reader.isWhole(last);
  }
}
