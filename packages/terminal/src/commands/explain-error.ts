import { Refusal } from '@tpx/protocol';
import { NetworkError, SignedOutError } from '@tpx/sdk';
import { UsageError } from '../language/usage-error.ts';

/** What went wrong and what to do about it, in one sentence or two. */
export function explainError(error: unknown): string {
  if (error instanceof UsageError) return error.message;
  if (error instanceof SignedOutError)
    return 'You are not signed in: /login <username>, or /register <username>.';
  if (error instanceof NetworkError) return `${error.message} ${ADVICE[error.trouble]}`;
  if (error instanceof Refusal) return explainRefusal(error);
  return `Something went wrong here: ${error instanceof Error ? error.message : String(error)}`;
}

const ADVICE: Record<NetworkError['trouble'], string> = {
  unreachable: 'Check the address of the server and that it runs.',
  timeout: 'Try again in a moment.',
  disconnected: 'It comes back by itself; try again then.',
  bad_answer: 'Check the address of the server.',
};

function explainRefusal({ code, message, retryAfterMs }: Refusal): string {
  switch (code) {
    case 'rate_limited':
      return `${message} Try again in ${Math.max(1, Math.ceil((retryAfterMs ?? 1000) / 1000))} s.`;
    case 'unavailable':
    case 'internal':
      return `${message} Try again shortly.`;
    case 'banned':
      return `${message} Only its admins can change that.`;
    default:
      return message;
  }
}

/** An error as scripts get it. `start` and `end` are offsets in the line, where it is about a part of one. */
export type ErrorBody = {
  code: string;
  message: string;
  retry_after_ms?: number;
  start?: number;
  end?: number;
};

export function errorBody(error: unknown): ErrorBody {
  const message = explainError(error);
  if (error instanceof Refusal)
    return { code: error.code, message, ...(error.retryAfterMs && { retry_after_ms: error.retryAfterMs }) };
  if (error instanceof SignedOutError) return { code: 'unauthorized', message };
  if (error instanceof NetworkError) return { code: 'network', message };
  if (error instanceof UsageError) return { code: 'usage', message, ...error.at };
  return { code: 'internal', message };
}
