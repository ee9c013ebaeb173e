import { type MessageId, RawJson, Refusal } from '@tpx/protocol';
import type { Database } from '../db/database.ts';
import type { Announcer } from '../fanout/announcer.ts';
import { loadAccess, requireReader, requireWriter } from './access.ts';
import { type Appended, appendDrafts, type Draft, toLogEntry, toStoredMessage } from './append.ts';
import { loadMessage } from './read-messages.ts';
import { WriteLane } from './write-lane.ts';

/** A stored message; `message` is its JSON, encoded once for the reply and every reader. */
export type Sent = {
  id: MessageId;
  seq: number;
  message: RawJson;
  duplicate: boolean;
  rightsVersion: number;
};

type Waiting = { draft: Draft; resolve: (sent: Sent) => void; reject: (reason: unknown) => void };

/**
 * Lanes that commit at the same time: while Postgres stores one lane's batch, the node prepares another's. A
 * conversation is always of the same lane, which keeps its order.
 */
const LANES = 2;

type Deps = { database: Database; announcer: Announcer };

/**
 * The one writer of a node. Batches are natural: while one of a lane is being committed, its next gathers; nothing waits
 * for a timer. A message is announced and acknowledged only once Postgres has committed it (spec LOG-4).
 */
export class MessageWriter {
  readonly #deps: Deps;
  readonly #lanes = Array.from(
    { length: LANES },
    () => new WriteLane<Waiting>((batch) => this.#commit(batch)),
  );
  /** Sends under way by sender and client_id: the same one again within a batch is the same send. */
  readonly #underWay = new Map<string, Promise<Sent>>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** @throws {Refusal} `not_found`, `unavailable` */
  append(draft: Draft): Promise<Sent> {
    if (draft.clientId === null) return this.#enqueue(draft);
    const key = `${draft.conversationId} ${draft.senderId} ${draft.clientId}`;
    const underWay = this.#underWay.get(key);
    if (underWay) return underWay.then((sent) => ({ ...sent, duplicate: true }));
    const sent = this.#enqueue(draft).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, sent);
    return sent;
  }

  #enqueue(draft: Draft): Promise<Sent> {
    // The end of an id is random, so conversations spread evenly.
    const lane = this.#lanes[Number.parseInt(draft.conversationId.slice(-1), 16) % LANES];
    return new Promise((resolve, reject) => {
      if (!lane?.push({ draft, resolve, reject })) {
        reject(new Refusal('unavailable', undefined, { retryAfterMs: 1_000 }));
      }
    });
  }

  /** Resolves once all that was given so far is committed or refused. */
  async settled(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.settled()));
  }

  async #commit(batch: Waiting[]): Promise<void> {
    let appended: (Appended | undefined)[];
    try {
      appended = await appendDrafts(
        this.#deps.database,
        batch.map((waiting) => waiting.draft),
      );
    } catch (error) {
      // It may be stored all the same. Its sender may not send it again, so somebody else has to tell (spec LOG-11).
      if (error instanceof Refusal && error.code === 'unavailable') {
        for (const { draft } of batch) this.#deps.announcer.inDoubt(draft.conversationId);
      }
      // One bad row must not refuse the others: find it by storing them one by one.
      if (batch.length > 1 && !(error instanceof Refusal)) for (const one of batch) await this.#commit([one]);
      else for (const waiting of batch) waiting.reject(error);
      return;
    }
    for (const [index, waiting] of batch.entries()) this.#settle(waiting, appended[index]);
  }

  #settle({ draft, resolve, reject }: Waiting, appended: Appended | undefined): void {
    if (appended?.refused) {
      this.#reconsider(draft).then(resolve, reject);
      return;
    }
    if (!appended || appended.seq === null) {
      const what = appended ? 'The message that you reply to is not there.' : 'This conversation is gone.';
      reject(new Refusal('not_found', what));
      return;
    }
    if (appended.duplicate) {
      this.#repeat(draft, appended.seq, appended.rightsVersion).then(resolve, reject);
      return;
    }
    const message = JSON.stringify(toStoredMessage(draft, appended));
    this.#deps.announcer.logged(toLogEntry(draft, appended.seq, message));
    const { seq, rightsVersion } = appended;
    resolve({ id: draft.id, seq, message: new RawJson(message), duplicate: false, rightsVersion });
  }

  /**
   * The sender had lost the right to send, whatever this node knew. Refused in the words of what they lost; or stored after
   * all, where they have it again by now (spec AUTHZ-5).
   */
  async #reconsider(draft: Draft): Promise<Sent> {
    const { senderId, conversationId } = draft;
    const [access] = await loadAccess(this.#deps.database, [{ userId: senderId, conversationId }]);
    const reader = requireReader(access);
    requireWriter(reader);
    return this.#enqueue({ ...draft, rightsVersion: reader.rightsVersion });
  }

  /**
   * The message as first stored. It is announced once more, which readers who have it do not notice: its first commit
   * may have been in doubt, because the database went away before it answered.
   */
  async #repeat(draft: Draft, seq: number, rightsVersion: number): Promise<Sent> {
    const message = await loadMessage(this.#deps.database, draft.conversationId, draft.kind, seq);
    const json = JSON.stringify(message);
    this.#deps.announcer.logged(toLogEntry(draft, seq, json));
    return { id: message.id as MessageId, seq, message: new RawJson(json), duplicate: true, rightsVersion };
  }
}
