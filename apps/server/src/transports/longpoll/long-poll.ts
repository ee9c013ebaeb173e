import { LIMITS, REFUSALS, Refusal, type RefusalBody } from '@tpx/protocol';
import type { Caller } from '../../accounts/caller.ts';
import type { LocalFanout } from '../../fanout/local-fanout.ts';
import type { SessionOpener } from '../../session/open-session.ts';
import { ANSWER_HEADERS } from '../answer-headers.ts';
import { queryOf } from '../request-url.ts';
import { checkVersion } from '../websocket/websocket-upgrade.ts';
import { readCredentials, readText } from './long-poll-request.ts';
import { LongPollSession, type PollTimeouts } from './long-poll-session.ts';

type Deps = {
  sessions: SessionOpener;
  fanout: LocalFanout;
  /** @throws {Refusal} unauthorized, unavailable */
  authenticate(token: string): Promise<Caller>;
  /** @throws {Refusal} rate_limited */
  admit(request: Request, peerAddress: string | undefined): void;
  timeouts?: Partial<PollTimeouts>;
};

/** A batch of the official client has up to 100 frames. */
const BATCH_MAX_BYTES = 8 * LIMITS.frameMaxBytes;
const TIMEOUTS: PollTimeouts = { pollMs: 10_000, idleMs: 30_000 };

/** Any origin, never with cookies: the tokens in the request are what lets a caller in. */
const CORS = { 'Access-Control-Allow-Origin': '*' };
const PREFLIGHT = {
  ...ANSWER_HEADERS,
  ...CORS,
  'Access-Control-Allow-Methods': 'GET, POST, OPTIONS',
  'Access-Control-Allow-Headers': 'Content-Type, Accept, X-Phoenix-AuthToken',
  'Access-Control-Max-Age': '86400',
};

/**
 * Phoenix's long poll, for clients whose network takes no WebSocket (spec WS-11 to WS-15): GET opens a session or waits
 * for its frames, POST brings frames. The outcome is `status` in the JSON, which is all that the official client reads;
 * refusals have it as the HTTP status, too.
 */
export class LongPoll {
  readonly #deps: Deps;
  readonly #timeouts: PollTimeouts;
  readonly #sessions = new Map<string, LongPollSession>();
  #disposed = false;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#timeouts = { ...TIMEOUTS, ...deps.timeouts };
  }

  readonly handle = async (request: Request, peerAddress: string | undefined): Promise<Response> => {
    try {
      if (this.#disposed) throw new Refusal('unavailable', 'This node is going away. Come back in a moment.');
      if (request.method === 'GET') return await this.#get(request, peerAddress);
      if (request.method === 'POST') return await this.#post(request);
      if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers: PREFLIGHT });
      return answer({ status: 405 }, 405, { Allow: 'GET, POST, OPTIONS' });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return refuse(error, request.method);
    }
  };

  async #get(request: Request, peerAddress: string | undefined): Promise<Response> {
    const query = queryOf(request.url);
    checkVersion(query.get('vsn'));
    const session = await this.#resume(request, query);
    if (!session) return this.#open(request, query, peerAddress);
    const messages = await session.poll(request.signal);
    if (messages === undefined) {
      if (this.#disposed) return answer({ status: 410, token: session.token });
      return this.#open(request, query, peerAddress);
    }
    return answer({ status: messages.length > 0 ? 200 : 204, token: session.token, messages });
  }

  /** The session that the poll token names. @throws {Refusal} `unauthorized` where it is somebody else's */
  async #resume(request: Request, query: URLSearchParams): Promise<LongPollSession | undefined> {
    const { accessToken, pollToken } = readCredentials(request, query);
    const session = pollToken === undefined ? undefined : this.#sessions.get(pollToken);
    if (!session) return undefined;
    if (accessToken === undefined) throw withoutToken();
    if (session.openedBy(accessToken)) return session;
    const caller = await this.#deps.authenticate(accessToken);
    if (caller.sessionId !== session.caller.sessionId) {
      throw new Refusal('unauthorized', 'This poll token belongs to another device.');
    }
    return session;
  }

  /** The official client sends no header with a POST: where the header opened a session, its token alone posts to it. */
  #openedByHeader(query: URLSearchParams): LongPollSession | undefined {
    const session = this.#sessions.get(query.getAll('token').at(-1) ?? '');
    return session?.byHeader ? session : undefined;
  }

  /** 410 tells a client to take the new token and, where it had one, to join its channels again. */
  async #open(request: Request, query: URLSearchParams, peerAddress: string | undefined): Promise<Response> {
    const { accessToken, byHeader } = readCredentials(request, query);
    if (accessToken === undefined) throw withoutToken();
    this.#deps.admit(request, peerAddress);
    const caller = await this.#deps.authenticate(accessToken);
    const { sessions, fanout } = this.#deps;
    sessions.makeRoomFor(caller.userId);

    const forget = (token: string) => this.#sessions.delete(token);
    const session = new LongPollSession({ sessions, fanout, timeouts: this.#timeouts, forget }, caller, {
      accessToken,
      byHeader,
    });
    this.#sessions.set(session.token, session);
    return answer({ status: 410, token: session.token, messages: [] });
  }

  async #post(request: Request): Promise<Response> {
    const query = queryOf(request.url);
    checkVersion(query.get('vsn'));
    const session = this.#openedByHeader(query) ?? (await this.#resume(request, query));
    if (!session || session.ended) return answer({ status: 410 });
    await session.post(async () => {
      const body = await readText(request, BATCH_MAX_BYTES);
      if (body === undefined)
        throw new Refusal('too_large', `One POST carries at most ${BATCH_MAX_BYTES} bytes of frames.`);
      return body;
    });
    return answer({ status: 200 });
  }

  /** Ends every session; polls that wait are answered. */
  dispose(): void {
    this.#disposed = true;
    for (const session of this.#sessions.values()) session.dispose();
    this.#sessions.clear();
  }
}

function withoutToken(): Refusal {
  return new Refusal('unauthorized', 'Poll with ?token=<access_token>, or with X-Phoenix-AuthToken.');
}

/**
 * The official client takes 403 (forbidden) and 500 (come back) from a poll and stops for good at anything else; of a
 * POST it only asks whether it was 200.
 */
function refuse(refusal: Refusal, method: string): Response {
  const { http, retryable } = REFUSALS[refusal.code];
  const status = refusal.code === 'unauthorized' ? 403 : http;
  const headers: Record<string, string> = refusal.retryAfterMs
    ? { 'Retry-After': String(Math.ceil(refusal.retryAfterMs / 1000)) }
    : {};
  const told = method === 'POST' ? status : retryable ? 500 : 403;
  return answer({ status: told, error: refusal.toBody() }, status, headers);
}

type PollAnswer = { status: number; token?: string; messages?: string[]; error?: RefusalBody };

function answer(body: PollAnswer, status = 200, headers: Record<string, string> = {}): Response {
  return Response.json(body, { status, headers: { ...ANSWER_HEADERS, ...CORS, ...headers } });
}
