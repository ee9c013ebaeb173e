import { Refusal } from '@tpx/protocol';
import type { MiddlewareHandler } from 'hono';
import type { RestEnv } from './rest-env.ts';

/** Sets `caller` from the Bearer token (RFC 6750). @throws {Refusal} `unauthorized` */
export const authenticated: MiddlewareHandler<RestEnv> = async (context, next) => {
  const token = /^Bearer +([A-Za-z0-9._~+/=-]+) *$/i.exec(context.req.header('authorization') ?? '')?.[1];
  if (!token)
    throw new Refusal('unauthorized', 'Log in, and send the header Authorization: Bearer <access_token>.');
  context.set('caller', await context.get('shell').authenticate(token));
  await next();
};
