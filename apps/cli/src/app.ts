import type { MessageObject } from '@tpx/protocol';
import { Client, type Conversation, SignedOutError } from '@tpx/sdk';
import type { Profile } from './profiles/profile.ts';
import { UsageError } from './text/explain-error.ts';

/** Where the last run was talking. */
const CURRENT = 'cli/current';
/** For how long a command waits for the connection before it goes on without. */
const SETTLE_MS = 5_000;

/** What the commands act on: the account, and the conversation that plain text goes to. */
export class App {
  readonly client: Client;
  readonly profile: Profile;
  #current: string | undefined;
  #settled: Promise<void> = Promise.resolve();
  #quit: () => void = () => undefined;
  readonly whenQuit: Promise<void>;
  /** The connection was lost and is not back. */
  isLost = false;

  constructor(profile: Profile) {
    this.profile = profile;
    this.client = new Client({ serverUrl: profile.serverUrl, storage: profile.storage });
    this.client.events.on('connection', ({ state }) => {
      if (state !== 'connecting') this.isLost = state === 'waiting';
    });
    this.whenQuit = new Promise((resolve) => {
      this.#quit = resolve;
    });
  }

  /** True where the last run left this profile signed in. */
  async open(): Promise<boolean> {
    if (!(await this.client.open())) return false;
    this.#current = await this.profile.storage.get(CURRENT);
    this.connect();
    return true;
  }

  connect(): void {
    this.client.connect();
    this.#settled = new Promise((resolve) => {
      const stops = [
        this.client.events.on('connection', ({ state }) => state !== 'connecting' && done()),
        this.client.events.on('refused', () => done()),
      ];
      const timer = setTimeout(() => done(), SETTLE_MS);
      const done = () => {
        clearTimeout(timer);
        for (const stop of stops) stop();
        resolve();
      };
    });
  }

  /** Connected, or known not to be for now: what a command shows is then as good as it gets. */
  settled(): Promise<void> {
    return this.#settled;
  }

  get current(): Conversation | undefined {
    return this.#current === undefined ? undefined : this.client.conversation(this.#current);
  }

  async setCurrent(conversation: Conversation | undefined): Promise<void> {
    this.#current = conversation?.topic;
    if (conversation) await this.profile.storage.set(CURRENT, conversation.topic);
    else await this.profile.storage.delete(CURRENT);
  }

  /** @throws {SignedOutError} */
  get me(): string {
    return this.client.me.id;
  }

  /** @throws {SignedOutError} */
  requireSignedIn(): void {
    if (!this.client.isSignedIn) throw new SignedOutError('never_signed_in');
  }

  /** @throws {UsageError} @throws {SignedOutError} */
  requireCurrent(): Conversation {
    this.requireSignedIn();
    if (!this.current)
      throw new UsageError('No conversation is open: /dm <user>, /open <group>, or /groups to see all.');
    return this.current;
  }

  /** Joined and caught up, or as much of it as a moment brings. */
  async ready(conversation: Conversation): Promise<void> {
    if (this.isLost) return;
    let cancel: () => void = () => undefined;
    const late = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, SETTLE_MS);
      cancel = () => clearTimeout(timer);
    });
    await Promise.race([conversation.ready(), late]);
    cancel();
  }

  /** A name for an id: what is known now. Call `learn` before for what may be unknown. */
  readonly name = (userId: string): string => {
    const user = this.client.people.peek(userId);
    return user?.username ?? user?.display_name ?? userId.slice(0, 8);
  };

  /** So that `name` knows them. Somebody who can't be asked about keeps the beginning of the id. */
  async learn(userIds: Iterable<string>): Promise<void> {
    await Promise.all([...new Set(userIds)].map((id) => this.client.people.get(id).catch(() => undefined)));
  }

  async learnFrom(messages: readonly MessageObject[]): Promise<void> {
    await this.learn(
      messages.flatMap(({ sender_id, content, type }) => {
        if (type !== 'system' || content === null) return [sender_id];
        const { actor_id, user_id } = content as { actor_id: string; user_id?: string };
        return user_id === undefined ? [actor_id] : [actor_id, user_id];
      }),
    );
  }

  /** The group's name, or the other side of a DM. */
  titleOf({ about }: Conversation): string {
    return about.kind === 'group' ? about.name : this.name(this.otherOf(about));
  }

  otherOf({ user_a, user_b }: { user_a: string; user_b: string }): string {
    return user_a === this.me ? user_b : user_a;
  }

  quit(): void {
    this.#quit();
  }

  /** Waits until what was written is sent, or the time is up. Returns how much waits on. */
  async drain(withinMs: number): Promise<number> {
    const { client } = this;
    const unsent = () =>
      client.conversations.flatMap(({ outbox }) => outbox.filter(({ state }) => state === 'sending')).length;
    if (unsent() > 0) {
      await new Promise<void>((resolve) => {
        const done = () => {
          clearTimeout(timer);
          stop();
          resolve();
        };
        const timer = setTimeout(done, withinMs);
        const stop = client.events.on('outbox', () => unsent() === 0 && done());
      });
    }
    return unsent();
  }
}
