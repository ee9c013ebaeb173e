import { cut } from './issues.ts';

/**
 * Every refusal that a client may meet. Transports only translate this table: REST takes `http`, a socket that has to
 * be closed takes `close`. `retryable` means: the same request may succeed later, unchanged.
 */
export const REFUSALS = {
  invalid: { http: 400, retryable: false, message: 'The request is not valid.' },
  unauthorized: { http: 401, retryable: false, message: 'Log in first.' },
  forbidden: { http: 403, retryable: false, message: 'Your role does not allow this.' },
  not_found: { http: 404, retryable: false, message: 'There is nothing here by that name.' },
  conflict: { http: 409, retryable: false, message: 'This clashes with what is already there.' },
  banned: { http: 403, retryable: false, message: 'You are banned from this group.' },
  not_member: { http: 403, retryable: false, message: 'You are not a member of this conversation.' },
  blocked: { http: 403, retryable: false, message: 'This person does not take messages from you.' },
  too_large: { http: 413, retryable: false, message: 'That is larger than the limit.' },
  rate_limited: { http: 429, retryable: true, message: 'Too many requests. Wait a moment and try again.' },
  unsupported_media: { http: 415, retryable: false, message: 'This kind of content is not supported.' },
  expired: { http: 410, retryable: false, message: 'This has expired.' },
  unavailable: {
    http: 503,
    retryable: true,
    message: 'The server cannot store messages right now. Try again shortly.',
  },
  internal: {
    http: 500,
    retryable: true,
    message: 'Something went wrong on the server. It has been logged.',
  },
} as const satisfies Record<string, { http: number; retryable: boolean; message: string }>;

export type RefusalCode = keyof typeof REFUSALS;

export const REFUSAL_CODES = Object.keys(REFUSALS) as RefusalCode[];

/** What a refusal looks like on the wire, in a REST body's `error` and in a channel reply's `response`. */
export type RefusalBody = {
  code: RefusalCode;
  message: string;
  retry_after_ms?: number;
  details?: unknown;
};

/** What a refusal says is bounded, whatever of the request has got into its sentence (spec REQ-11). */
const MESSAGE_MAX = 600;

/** An expected refusal. Anything else that is thrown is a bug and reads `internal` to the client. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: RefusalCode;
  readonly retryAfterMs: number | undefined;
  readonly details: unknown;

  constructor(code: RefusalCode, message?: string, more: { retryAfterMs?: number; details?: unknown } = {}) {
    super(cut(message ?? REFUSALS[code].message, MESSAGE_MAX));
    this.code = code;
    this.retryAfterMs = more.retryAfterMs;
    this.details = more.details;
  }

  toBody(): RefusalBody {
    const body: RefusalBody = { code: this.code, message: this.message };
    if (this.retryAfterMs !== undefined) body.retry_after_ms = this.retryAfterMs;
    if (this.details !== undefined) body.details = this.details;
    return body;
  }
}

export function isRefusalCode(value: unknown): value is RefusalCode {
  return typeof value === 'string' && Object.hasOwn(REFUSALS, value);
}
