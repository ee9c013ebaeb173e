import { isRefusalCode, Refusal } from '@tpx/protocol';
import type { Clock } from '../platform.ts';
import { NetworkError } from '../trouble.ts';
import { readRetryAfterMs, readSentence } from '../untrusted/refusal-parts.ts';

type Waiting = { resolve: (response: unknown) => void; reject: (error: Error) => void; cancel: () => void };

/** Requests of one connection that wait for their `phx_reply`, by ref. */
export class Replies {
  readonly #clock: Clock;
  readonly #waiting = new Map<string, Waiting>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws {Refusal} @throws {NetworkError} `timeout`, or `disconnected` from `fail` */
  expect(ref: string, timeoutMs: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(timeoutMs, () => {
        this.#waiting.delete(ref);
        reject(new NetworkError('timeout', `No reply within ${timeoutMs / 1000} s.`));
      });
      this.#waiting.set(ref, { resolve, reject, cancel });
    });
  }

  settle(ref: string, payload: unknown): void {
    const waiting = this.#waiting.get(ref);
    if (!waiting) return;
    this.#waiting.delete(ref);
    waiting.cancel();
    const { status, response } = (payload ?? {}) as { status?: unknown; response?: unknown };
    if (status === 'ok') waiting.resolve(response ?? {});
    else waiting.reject(refusalOf(response));
  }

  /** The connection is gone: nobody will answer. */
  fail(error: Error): void {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { cancel, reject } of all) {
      cancel();
      reject(error);
    }
  }
}

function refusalOf(response: unknown): Error {
  const body = (response ?? {}) as {
    code?: unknown;
    message?: unknown;
    retry_after_ms?: unknown;
    details?: unknown;
  };
  if (!isRefusalCode(body.code)) {
    return new NetworkError(
      'bad_answer',
      `The server refused in a way unknown here: ${JSON.stringify(response)?.slice(0, 200)}`,
    );
  }
  const retryAfterMs = readRetryAfterMs(body.retry_after_ms);
  return new Refusal(body.code, readSentence(body.message), {
    details: body.details,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}
