import { Refusal } from '@tpx/protocol';
import type { Clock } from '../platform.ts';
import type { TokenAnswer } from '../rest/answers.ts';
import type { TokenSource } from '../rest/call.ts';
import type { Storage } from '../storage/storage.ts';
import { readJson, writeJson } from '../storage/stored-json.ts';
import { isRetryable, SignedOutError, type SignedOutReason } from '../trouble.ts';

type Tokens = { access: string; refresh: string; expires_at: number };

export type TokenKeeperOptions = {
  storage: Storage;
  clock: Clock;
  refresh: (refreshToken: string) => Promise<TokenAnswer>;
  onSignedOut: (reason: SignedOutReason) => void;
};

const KEY = 'tokens';
/** Refreshed this long before the end, so that a token does not end on its way to the server. */
const MARGIN_MS = 30_000;

/**
 * The tokens of this device (rule SDK-1). A refresh token works once, so there is one refresh at a time for all who
 * wait, its result is stored before anybody uses it, and the storage is read again first: another process of the same
 * device may have refreshed meanwhile.
 */
export class TokenKeeper implements TokenSource {
  readonly #options: TokenKeeperOptions;
  #tokens: Tokens | undefined;
  #refreshing: Promise<string> | undefined;

  constructor(options: TokenKeeperOptions) {
    this.#options = options;
  }

  /** Whether this device is signed in, as far as it knows. */
  async load(): Promise<boolean> {
    this.#tokens = await readJson<Tokens>(this.#options.storage, KEY);
    return this.#tokens !== undefined;
  }

  async keep(answer: TokenAnswer): Promise<void> {
    const tokens = {
      access: answer.access_token,
      refresh: answer.refresh_token,
      expires_at: this.#options.clock.now() + answer.expires_in * 1000,
    };
    try {
      await writeJson(this.#options.storage, KEY, tokens);
    } finally {
      // The server has replaced the old ones: what cannot be stored (a full disk) must at least be used.
      this.#tokens = tokens;
    }
  }

  async forget(): Promise<void> {
    this.#tokens = undefined;
    await this.#options.storage.delete(KEY);
  }

  async token(): Promise<string> {
    const tokens = this.#tokens;
    if (!tokens) throw new SignedOutError('never_signed_in');
    const leftMs = tokens.expires_at - this.#options.clock.now();
    if (leftMs > MARGIN_MS) return tokens.access;
    try {
      return await this.#refreshOnce();
    } catch (error) {
      // The one at hand still holds: a refresh that found no server must not stop what may get through.
      if (leftMs > 0 && isRetryable(error)) return tokens.access;
      throw error;
    }
  }

  replace(refused: string): Promise<string> {
    const access = this.#tokens?.access;
    if (access !== undefined && access !== refused) return Promise.resolve(access);
    return this.#refreshOnce();
  }

  #refreshOnce(): Promise<string> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #refresh(): Promise<string> {
    const held = this.#tokens;
    if (!held) throw new SignedOutError('never_signed_in');
    const stored = await readJson<Tokens>(this.#options.storage, KEY);
    if (stored && stored.refresh !== held.refresh) {
      this.#tokens = stored;
      if (stored.expires_at - this.#options.clock.now() > MARGIN_MS) return stored.access;
    }
    try {
      const answer = await this.#options.refresh((stored ?? held).refresh);
      // Signed out meanwhile: what came too late must not sign this device in again.
      if (!this.#tokens) throw new SignedOutError('signed_out');
      await this.keep(answer);
    } catch (error) {
      if (!(error instanceof Refusal) || isRetryable(error)) throw error;
      await this.signOut('session_expired');
      throw new SignedOutError('session_expired');
    }
    return this.#tokens.access;
  }

  async signOut(reason: SignedOutReason): Promise<void> {
    if (!this.#tokens) return;
    await this.forget();
    this.#options.onSignedOut(reason);
  }
}
