import { REFUSALS, Refusal } from '@tpx/protocol';

export type NetworkTrouble = 'unreachable' | 'timeout' | 'disconnected' | 'bad_answer';

/**
 * The request may or may not have reached the server: there was no answer, or none that this protocol knows. What the
 * server refuses knowingly is a `Refusal` instead.
 */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';
  readonly trouble: NetworkTrouble;

  constructor(trouble: NetworkTrouble, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.trouble = trouble;
  }
}

export type SignedOutReason = 'never_signed_in' | 'signed_out' | 'session_revoked' | 'session_expired';

/** This device has no session (any more); only signing in helps. */
export class SignedOutError extends Error {
  override readonly name = 'SignedOutError';
  readonly reason: SignedOutReason;

  constructor(reason: SignedOutReason) {
    super(reason === 'session_revoked' ? 'This device was signed out.' : 'Sign in first.');
    this.reason = reason;
  }
}

/** Whether the same request may succeed later, unchanged. */
export function isRetryable(error: unknown): boolean {
  return error instanceof NetworkError || (error instanceof Refusal && REFUSALS[error.code].retryable);
}
