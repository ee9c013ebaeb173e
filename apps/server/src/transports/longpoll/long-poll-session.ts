import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import {
  decodeBinaryHead,
  decodeBinaryPush,
  decodeTextFrame,
  decodeTextHead,
  type Frame,
  LIMITS,
  MalformedFrame,
  Refusal,
} from '@tpx/protocol';
import type { Caller } from '../../accounts/caller.ts';
import type { LocalFanout } from '../../fanout/local-fanout.ts';
import type { SessionOpener } from '../../session/open-session.ts';
import type { FrameDecoder, Session } from '../../session/session.ts';
import { LongPollConnection } from './long-poll-connection.ts';

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

export type PollTimeouts = {
  /** How long a poll waits for news. */
  pollMs: number;
  /** A session that nobody polled for longer is gone. */
  idleMs: number;
};

type Deps = {
  sessions: SessionOpener;
  fanout: LocalFanout;
  timeouts: PollTimeouts;
  forget(token: string): void;
};

/** One polling client between its first poll and the last: the session behind it lives as long (spec WS-11). */
export class LongPollSession {
  /** 256 random bits; who knows it and the access token is the client. */
  readonly token = randomBytes(32).toString('base64url');
  readonly caller: Caller;
  /** The access token came in the header, which the client sends with polls only. */
  readonly byHeader: boolean;
  readonly #deps: Deps;
  readonly #accessHash: Buffer;
  readonly #connection: LongPollConnection;
  readonly #session: Session;
  #idleTimer: ReturnType<typeof setTimeout> | undefined;
  #endPoll: (() => void) | undefined;
  /** POSTs whose body is not all there yet. */
  #posts = 0;

  constructor(deps: Deps, caller: Caller, opened: { accessToken: string; byHeader: boolean }) {
    this.#deps = deps;
    this.caller = caller;
    this.byHeader = opened.byHeader;
    this.#accessHash = hash(opened.accessToken);
    this.#connection = new LongPollConnection(deps.fanout, () => deps.sessions.closed(this.#session));
    this.#session = deps.sessions.open(caller, this.#connection);
    this.#startIdle();
  }

  /** A session outlives its access token, as a WebSocket does: the one that opened it goes on opening it. */
  openedBy(accessToken: string): boolean {
    return timingSafeEqual(this.#accessHash, hash(accessToken));
  }

  /** Nothing more is taken from the client; what it was told may still wait for its last poll. */
  get ended(): boolean {
    return this.#connection.closed;
  }

  /** Waits for frames: those there are, none when the time is over, undefined when the session has ended. */
  async poll(signal: AbortSignal): Promise<string[] | undefined> {
    // A client has one poll open: an earlier one was given up on.
    this.#endPoll?.();
    clearTimeout(this.#idleTimer);
    if (!this.#connection.hasFrames && !this.#connection.closed) await this.#wait(signal);
    if (this.#connection.closed && !this.#connection.hasFrames) {
      this.#deps.forget(this.token);
      return undefined;
    }
    if (this.#endPoll === undefined) this.#startIdle();
    // Whoever asked has gone: what there is waits for the poll that comes next.
    return signal.aborted ? [] : this.#connection.take();
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        if (this.#endPoll === end) {
          this.#endPoll = undefined;
          this.#connection.onChange(undefined);
        }
        resolve();
      };
      const timer = setTimeout(end, this.#deps.timeouts.pollMs);
      signal.addEventListener('abort', end);
      this.#endPoll = end;
      // What one turn of the loop says goes out together.
      this.#connection.onChange(() => setImmediate(end));
    });
  }

  /** Takes what `read` brings. Few at once: what has come of each is held until its end (spec WS-26). */
  async post(read: () => Promise<string>): Promise<void> {
    if (this.#posts >= LIMITS.postsAtOnce)
      throw new Refusal('rate_limited', 'Send one POST after the other.', { retryAfterMs: 1_000 });
    this.#posts++;
    try {
      this.#receive(await read());
    } finally {
      this.#posts--;
    }
  }

  /**
   * Frames of one POST, one a line: text begins with `[`, anything else is a binary push in base64.
   * @throws {Refusal} `too_large`, before any of them is handled, where there are too many
   */
  #receive(body: string): void {
    const lines = body.split('\n', LIMITS.framesPerPost + 1);
    if (lines.length > LIMITS.framesPerPost)
      throw new Refusal('too_large', `One POST carries at most ${LIMITS.framesPerPost} lines.`);
    for (const line of lines) {
      if (line.trim() === '') continue;
      if (this.#connection.closed) return;
      this.#session.receive(line, DECODER);
    }
  }

  #startIdle(): void {
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => {
      this.#connection.close('heartbeat_timeout');
      this.#deps.forget(this.token);
    }, this.#deps.timeouts.idleMs);
  }

  dispose(): void {
    clearTimeout(this.#idleTimer);
    this.#connection.take();
    this.#connection.close('going_away');
  }
}

const DECODER: FrameDecoder<string> = {
  decode: (line) => decodeLine(line, decodeTextFrame, decodeBinaryPush),
  decodeHead: (line) => decodeLine(line, decodeTextHead, decodeBinaryHead),
};

function decodeLine(
  line: string,
  decodeText: (text: string) => Frame,
  decodeBinary: (bytes: Uint8Array) => Frame,
): Frame {
  const isText = line.startsWith('[');
  const bytes = isText ? Buffer.byteLength(line) : (line.length * 3) / 4;
  if (bytes > LIMITS.frameMaxBytes)
    throw new MalformedFrame(`A frame is at most ${LIMITS.frameMaxBytes} bytes.`);
  if (isText) return decodeText(line);
  const bare = line.trimEnd();
  if (!BASE64.test(bare)) throw new MalformedFrame('A line is a text frame, or a binary push in base64.');
  return decodeBinary(new Uint8Array(Buffer.from(bare, 'base64')));
}

function hash(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
