import { describeIssue, listIssues, REFUSALS, Refusal } from '@tpx/protocol';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { ZodError, type z } from 'zod';
import type { RestEnv } from './rest-env.ts';

/** Seconds to wait that a client is told where a refusal is retryable but names no time. */
const RETRY_AFTER_DEFAULT_SECONDS = 1;

/** What was thrown, as an answer. What is no refusal is a bug: logged with the request's id, told as `internal`. */
export function answerError(error: unknown, context: Context<RestEnv>): Response {
  if (error instanceof Refusal) return answerRefusal(error, context);
  if (error instanceof ZodError) return answerRefusal(toRefusal(error), context);
  if (error instanceof HTTPException && error.status < 500) {
    return answerRefusal(
      new Refusal('invalid', error.message),
      context,
      error.status as ContentfulStatusCode,
    );
  }
  const requestId = context.get('requestId');
  const { method, path } = context.req;
  context.get('shell').log.error({ err: error, requestId, method, path }, 'a request failed');
  return answerRefusal(new Refusal('internal', undefined, { details: { request_id: requestId } }), context);
}

export function answerRefusal(
  refusal: Refusal,
  context: Context<RestEnv>,
  status?: ContentfulStatusCode,
): Response {
  const { http, retryable } = REFUSALS[refusal.code];
  if (refusal.retryAfterMs !== undefined) {
    context.header('Retry-After', String(Math.max(1, Math.ceil(refusal.retryAfterMs / 1000))));
  } else if (retryable && refusal.code !== 'internal') {
    context.header('Retry-After', String(RETRY_AFTER_DEFAULT_SECONDS));
  }
  if (refusal.code === 'unauthorized') context.header('WWW-Authenticate', 'Bearer');
  return context.json({ error: refusal.toBody() }, status ?? http);
}

/** The first thing wrong as the sentence, the first of them as details. */
export function toRefusal(error: z.ZodError): Refusal {
  return new Refusal('invalid', describeIssue(error), { details: listIssues(error) });
}
