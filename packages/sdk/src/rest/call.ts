import { isRefusalCode, Refusal, type RefusalBody } from '@tpx/protocol';
import type { Platform } from '../platform.ts';
import { NetworkError } from '../trouble.ts';
import { checkShape, type Shape } from '../untrusted/check-shape.ts';
import { TAKEN } from '../untrusted/limits.ts';
import { noteSize } from '../untrusted/page-walk.ts';
import { readJson } from '../untrusted/read-json.ts';
import { readText } from '../untrusted/read-text.ts';
import { readRetryAfterMs, readSentence } from '../untrusted/refusal-parts.ts';

/** Where access tokens come from; `TokenKeeper` is the one of a signed-in device. */
export type TokenSource = {
  token(): Promise<string>;
  /** `refused` was answered 401: gives another, or throws SignedOutError. */
  replace(refused: string): Promise<string>;
};

export type CallOptions = {
  body?: unknown;
  query?: Record<string, string | number | boolean | null | undefined>;
  /** Without a token, for what comes before signing in. */
  anonymous?: boolean;
  /** What the answer has to look like; without it anything that is JSON will do. */
  shape?: Shape;
};

/**
 * One REST call. Resolves with the answer's JSON (null where it is empty).
 * @throws {Refusal} what the server refused @throws {NetworkError} @throws {SignedOutError}
 */
export type Call = <Answer>(method: string, path: string, options?: CallOptions) => Promise<Answer>;

const TIMEOUT_MS = 15_000;

export function createCall(serverUrl: string, platform: Platform, tokens: TokenSource | undefined): Call {
  return async <Answer>(method: string, path: string, options: CallOptions = {}) => {
    const url = serverUrl + path + encodeQuery(options.query);
    const ask = async (token: string | undefined) => {
      const answer = await send(platform, method, url, options.body, token);
      if (options.shape) checkShape(answer, options.shape, `The answer to ${method} ${path}`);
      return answer as Answer;
    };
    if (options.anonymous || !tokens) return await ask(undefined);
    const token = await tokens.token();
    try {
      return await ask(token);
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'unauthorized') throw error;
      return await ask(await tokens.replace(token));
    }
  };
}

async function send(
  platform: Platform,
  method: string,
  url: string,
  body: unknown,
  token: string | undefined,
) {
  const abort = new AbortController();
  const cancel = platform.clock.after(TIMEOUT_MS, () => abort.abort());
  const headers: Record<string, string> = { accept: 'application/json' };
  if (token) headers.authorization = `Bearer ${token}`;
  if (body !== undefined) headers['content-type'] = 'application/json';
  try {
    const answer = await platform.fetch(url, {
      method,
      headers,
      signal: abort.signal,
      // The token is for this server: it must not be carried to wherever an answer points.
      redirect: 'manual',
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (answer.type === 'opaqueredirect' || (answer.status >= 300 && answer.status < 400))
      throw new NetworkError('bad_answer', elsewhere(answer));
    const text = await readText(answer, TAKEN.answerMaxBytes);
    if (text === undefined)
      throw new NetworkError('bad_answer', `The answer is larger than ${TAKEN.answerMaxBytes >> 20} MiB.`);
    return read(answer.status, answer.headers.get('retry-after'), text);
  } catch (error) {
    if (error instanceof Refusal || error instanceof NetworkError) throw error;
    if (abort.signal.aborted) throw new NetworkError('timeout', `No answer within ${TIMEOUT_MS / 1000} s.`);
    throw new NetworkError('unreachable', 'The server cannot be reached.', { cause: error });
  } finally {
    cancel();
  }
}

function read(status: number, retryAfter: string | null, text: string): unknown {
  const answer = parse(text);
  if (status >= 200 && status < 300) {
    if (answer === undefined)
      throw new NetworkError('bad_answer', 'The answer is not JSON. Is this a TPX server?');
    return answer;
  }
  const error = (answer as { error?: Partial<RefusalBody> } | null | undefined)?.error;
  if (!isRefusalCode(error?.code)) {
    throw new NetworkError('bad_answer', `The server answered ${status}, and not in TPX's way.`);
  }
  // The header has whole seconds; the body, where it says, is finer.
  const retryAfterMs =
    readRetryAfterMs(error.retry_after_ms) ??
    readRetryAfterMs(retryAfter === null ? undefined : Number(retryAfter) * 1000);
  throw new Refusal(error.code, readSentence(error.message), {
    details: error.details,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

function elsewhere(answer: Response): string {
  const location = answer.headers.get('location');
  const to = location === null ? 'to another address' : `to ${location.slice(0, 200)}`;
  return `The server sends this client ${to}. It does not follow, since its token is for this server only: name that address as the server if it is yours.`;
}

/** null for nothing, undefined for what is not JSON. */
function parse(text: string): unknown {
  if (text === '') return null;
  const answer = readJson(text);
  noteSize(answer, text.length);
  return answer;
}

function encodeQuery(query: CallOptions['query'] = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  if (given.length === 0) return '';
  return `?${given.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&')}`;
}
