import type { ConversationObject, OwnUserObject } from '@tpx/protocol';
import { AuditWitness } from '../audit/audit-witness.ts';
import { TokenKeeper } from '../auth/token-keeper.ts';
import type { Conversation } from '../conversation/conversation.ts';
import { Emitter } from '../emitter.ts';
import { type Platform, resolvePlatform } from '../platform.ts';
import type { SignedInAnswer } from '../rest/answers.ts';
import type { Credentials, Registration } from '../rest/auth-calls.ts';
import { createRest, type Rest } from '../rest/rest.ts';
import type { Storage } from '../storage/storage.ts';
import { deleteAll, readJson, writeJson } from '../storage/stored-json.ts';
import { SignedOutError, type SignedOutReason } from '../trouble.ts';
import type { ClientEvents, Connection } from './client-events.ts';
import { Directory } from './directory.ts';
import { SendTimes } from './send-times.ts';
import { Session } from './session.ts';

export type ClientOptions = {
  /** `http://` or `https://`, with or without a slash at its end. */
  serverUrl: string;
  /** One account's own place; see `MemoryStorage` here and `FileStorage` in `@tpx/sdk/node`. */
  storage: Storage;
  /** For Node 20, which has none. */
  WebSocket?: Platform['WebSocket'];
  fetch?: Platform['fetch'];
  clock?: Platform['clock'];
  random?: Platform['random'];
  /** Messages kept on this device for each conversation. */
  cacheLimit?: number;
};

const ME = 'me';
/** The last warning of guesses that was given. */
const GUESSED = 'password_guessed';
const CACHE_LIMIT = 500;
/** A connection lives on without a token, but a refresh token that is never used ends after 30 days. */
const KEEP_FRESH_EVERY_MS = 12 * 3_600_000;

/**
 * One account on this device. `open` what the last run left or sign in, then `connect`: from then on it stays connected,
 * whole and in order by itself until `close`.
 */
export class Client {
  readonly events = new Emitter<ClientEvents>();
  readonly rest: Rest;
  readonly people: Directory;
  readonly auditWitness: AuditWitness;
  /** Of this device's messages. */
  readonly sendTimes = new SendTimes();
  readonly #options: ClientOptions;
  readonly #serverUrl: string;
  readonly #platform: Platform;
  readonly #tokens: TokenKeeper;
  #session: Session | undefined;
  #me: OwnUserObject | undefined;
  #isEnding = false;
  #connection: Connection = { state: 'offline' };
  #stopKeepingFresh: () => void = () => undefined;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#serverUrl = options.serverUrl.replace(/\/+$/, '');
    this.#platform = resolvePlatform(options);
    const anonymous = createRest(this.#serverUrl, this.#platform);
    this.#tokens = new TokenKeeper({
      storage: options.storage,
      clock: this.#platform.clock,
      refresh: anonymous.auth.refresh,
      onSignedOut: (reason) => void this.#signedOut(reason),
    });
    this.rest = createRest(this.#serverUrl, this.#platform, this.#tokens);
    this.auditWitness = new AuditWitness(options.storage);
    this.people = new Directory(this.rest, options.storage, this.#platform.clock, (user) =>
      this.events.emit('person', { user }),
    );
    this.events.on('connection', (connection) => {
      this.#connection = connection;
    });
  }

  /** Whether an earlier run left this device signed in. Reads the storage only, so it works without a network. */
  async open(): Promise<boolean> {
    const me = await readJson<OwnUserObject>(this.#options.storage, ME);
    if (!me || !(await this.#tokens.load())) return false;
    await this.#begin(me);
    return true;
  }

  /** @throws {Refusal} @throws {NetworkError} */
  async register(registration: Registration): Promise<OwnUserObject> {
    return await this.#signedIn(await this.rest.auth.register(registration));
  }

  /** @throws {Refusal} @throws {NetworkError} */
  async login(credentials: Credentials): Promise<OwnUserObject> {
    return await this.#signedIn(await this.rest.auth.login(credentials));
  }

  /** Ends the session on the server where that can be reached, and on this device in any case. */
  async logout(): Promise<void> {
    await this.#end(() => this.rest.auth.logout().catch(() => undefined));
  }

  /** Ends every session of the account, this one included. @throws {Refusal} @throws {NetworkError} */
  async logoutEverywhere(): Promise<void> {
    await this.#end(() => this.rest.auth.logoutEverywhere());
  }

  /** Every other device is signed out; this one goes on. @throws {Refusal} @throws {NetworkError} */
  async changePassword(current: string, chosen: string): Promise<void> {
    await this.#tokens.keep(await this.rest.users.changePassword(current, chosen));
  }

  /** Ends the account itself, and forgets it on this device. @throws {Refusal} @throws {NetworkError} */
  async deleteAccount(password: string): Promise<void> {
    await this.#end(() => this.rest.users.deleteAccount(password));
  }

  /** Until signing out, after `close` too. @throws {SignedOutError} */
  get me(): OwnUserObject {
    if (!this.#me) throw new SignedOutError('never_signed_in');
    return this.#me;
  }

  get isSignedIn(): boolean {
    return this.#session !== undefined;
  }

  /** How the connection is now: what the last `connection` event told. */
  get connection(): Connection {
    return this.#connection;
  }

  /** Of the connection, as the last heartbeat found it. */
  get roundTripMs(): number | undefined {
    return this.#session?.socket.roundTripMs;
  }

  /** The milliseconds to the server and back, now. @throws {SignedOutError} @throws {NetworkError} */
  async measureRoundTrip(): Promise<number> {
    return await this.#signedInSession.socket.measureRoundTrip();
  }

  /** @throws {SignedOutError} */
  connect(): void {
    const session = this.#signedInSession;
    if (session.socket.state !== 'idle') return;
    // What another device has changed of the profile and the block list, once a start: not in every reconnect.
    const stop = this.events.on('connection', ({ state }) => {
      if (state !== 'online') return;
      stop();
      this.refreshMe().catch(() => undefined);
    });
    session.connect();
  }

  /** The network is back, or the app was woken: don't wait for the timer. */
  connectNow(): void {
    this.#session?.socket.connectNow();
  }

  /** Disconnects and stores what has changed. The device stays signed in. */
  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    this.#stopKeepingFresh();
    await Promise.all([session?.close(), this.people.flush()]);
  }

  /** The one where something happened last comes first. */
  get conversations(): Conversation[] {
    return this.#session?.conversations.all ?? [];
  }

  conversation(topic: string): Conversation | undefined {
    return this.#session?.conversations.get(topic);
  }

  /** @throws {Refusal} @throws {NetworkError} */
  async openDm(userId: string): Promise<Conversation> {
    const { dm } = await this.rest.messages.openDm(userId);
    return this.#ensure({ kind: 'dm', ...dm });
  }

  /** @throws {Refusal} @throws {NetworkError} */
  async createGroup(name: string, description?: string): Promise<Conversation> {
    const body = description === undefined ? { name } : { name, description };
    const { group } = await this.rest.groups.create(body);
    return this.#ensure({ kind: 'group', ...group });
  }

  /** @throws {Refusal} @throws {NetworkError} */
  async joinGroup(id: string, invite?: string): Promise<Conversation> {
    const { group } = await this.rest.groups.join(id, invite);
    return this.#ensure({ kind: 'group', ...group });
  }

  /** The conversation goes when the server says so, as `conversation_removed`. @throws {Refusal} @throws {NetworkError} */
  async leaveGroup(id: string): Promise<void> {
    await this.rest.groups.leave(id);
  }

  /** @throws {Refusal} @throws {NetworkError} */
  async setBlocked(userId: string, blocked: boolean): Promise<void> {
    await (blocked ? this.rest.users.block(userId) : this.rest.users.unblock(userId));
    await this.refreshMe();
  }

  /** Reads one's own profile and block list again. @throws {Refusal} @throws {NetworkError} */
  async refreshMe(): Promise<OwnUserObject> {
    const { user } = await this.rest.users.me();
    // Signed out or in as somebody else meanwhile: this is not about them.
    if (user.id !== this.#session?.meId) return user;
    this.#me = user;
    this.#session.blocked = user.blocked_users;
    this.people.learn(user);
    this.events.emit('me', { user });
    await writeJson(this.#options.storage, ME, user);
    await this.#warnOfGuessing(user.password_guessed_at);
    return user;
  }

  /** Once for each wave of guesses, also where it came while this device was away. */
  async #warnOfGuessing(at: string | undefined): Promise<void> {
    if (!at || (await this.#options.storage.get(GUESSED)) === at) return;
    await this.#options.storage.set(GUESSED, at);
    this.events.emit('password_guessed', { at });
  }

  get #signedInSession(): Session {
    if (!this.#session) throw new SignedOutError('never_signed_in');
    return this.#session;
  }

  #ensure(about: ConversationObject): Conversation {
    return this.#signedInSession.ensure(about);
  }

  async #signedIn({ user, ...tokens }: SignedInAnswer): Promise<OwnUserObject> {
    const { storage } = this.#options;
    await this.close();
    const before = await readJson<OwnUserObject>(storage, ME);
    // Another account's history and unsent messages are not this one's.
    if (before && before.id !== user.id) await this.#forgetAccount();
    await writeJson(storage, ME, user);
    await this.#tokens.keep(tokens);
    await this.#begin(user);
    return user;
  }

  async #begin(me: OwnUserObject): Promise<void> {
    const session = new Session({
      serverUrl: this.#serverUrl,
      me,
      rest: this.rest,
      storage: this.#options.storage,
      platform: this.#platform,
      events: this.events,
      cacheLimit: this.#options.cacheLimit ?? CACHE_LIMIT,
      token: (suspect) => (suspect === undefined ? this.#tokens.token() : this.#tokens.replace(suspect)),
      onRevoked: (reason) => void this.#tokens.signOut(this.#isEnding ? 'signed_out' : reason),
      onGuessed: (at) => void this.#warnOfGuessing(at),
      onSent: (ms) => this.sendTimes.add(ms),
    });
    await Promise.all([session.conversations.load(), this.people.load()]);
    this.people.learn(me);
    this.#me = me;
    this.#session = session;
    this.#keepFresh();
  }

  #keepFresh(): void {
    this.#stopKeepingFresh = this.#platform.clock.after(KEEP_FRESH_EVERY_MS, () => {
      // Refused: `signed_out` has told. No network: the next time.
      this.#tokens.token().catch(() => undefined);
      this.#keepFresh();
    });
  }

  async #signedOut(reason: SignedOutReason): Promise<void> {
    await this.close();
    this.#me = undefined;
    this.events.emit('signed_out', { reason });
  }

  /** The socket may hear of the end before the call is answered: it is still the person's own doing. */
  async #end(call: () => Promise<unknown>): Promise<void> {
    this.#isEnding = true;
    try {
      await call();
    } finally {
      this.#isEnding = false;
    }
    await this.#tokens.signOut('signed_out');
    await this.#forgetAccount();
  }

  async #forgetAccount(): Promise<void> {
    await deleteAll(this.#options.storage, '');
  }
}
