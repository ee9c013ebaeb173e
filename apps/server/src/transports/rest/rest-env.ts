import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Logger } from 'pino';
import type { Caller } from '../../accounts/caller.ts';
import type { RateLimiter } from '../../limits/rate-limiter.ts';

/** What every route leans on; `createRestApp` hands it to each request. */
export type RestShell = {
  /** Who holds this access token. @throws {Refusal} `unauthorized`; `unavailable` where that can't be told now. */
  authenticate(token: string): Promise<Caller>;
  limiter: RateLimiter;
  log: Logger;
  /** Addresses or CIDR ranges whose X-Forwarded-For is believed. */
  trustedProxies: readonly string[];
  /** Told of each answer; `route` is the path as declared, undefined where none matched. */
  onAnswer?(method: string, route: string | undefined, status: number, seconds: number): void;
};

export type RestEnv = {
  /** `app.fetch(request, { peerAddress: server.requestIP(request)?.address })` */
  Bindings: { peerAddress?: string | undefined };
  Variables: {
    shell: RestShell;
    requestId: string;
    /** The client's, see `client-address.ts`. */
    address: string;
    /** Behind `authenticated` only. */
    caller: Caller;
  };
};

export type RestApp = OpenAPIHono<RestEnv>;
