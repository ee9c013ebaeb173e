import { CreateDmBody, DmAnswer, DmsAnswer, Id, LIMITS, PageQuery, type UserId } from '@tpx/protocol';
import { z } from 'zod';
import type { Database } from '../../db/database.ts';
import { type DmPlace, listDms } from '../../dms/list-dms.ts';
import { openDm } from '../../dms/open-dm.ts';
import type { Announcer } from '../../fanout/announcer.ts';
import type { RateLimiter } from '../../limits/rate-limiter.ts';
import { readCursor, writeCursor } from './cursor.ts';
import type { RestApp } from './rest-env.ts';
import { route } from './route.ts';

export type DmRouteDeps = { database: Database; announcer: Announcer; limiter: RateLimiter };

const Place = z.strictObject({ activeAt: z.string().regex(/^-?\d{1,18}$/), id: Id });

export function registerDmRoutes(app: RestApp, deps: DmRouteDeps): void {
  const common = { path: '/dms', tag: 'DMs', access: 'signed_in', limit: 'read' } as const;
  route(
    app,
    {
      ...common,
      method: 'post',
      summary: 'Open the DM with somebody: 201 where it is new, 200 where it was there',
      body: CreateDmBody,
      answers: { 200: DmAnswer, 201: DmAnswer },
      refusals: ['not_found', 'blocked'],
    },
    async ({ body, caller }) => {
      const { dm, created } = await openDm(deps, { actorId: caller.userId, userId: body.user_id as UserId });
      return { status: created ? (201 as const) : (200 as const), body: { dm } };
    },
  );
  route(
    app,
    {
      ...common,
      method: 'get',
      summary: 'My DMs, those with the latest message first',
      query: PageQuery,
      answers: { 200: DmsAnswer },
    },
    async ({ query, caller }) => {
      const { items, next } = await listDms(deps, {
        userId: caller.userId,
        after: readCursor(Place, query.cursor) as DmPlace | undefined,
        limit: query.limit ?? LIMITS.pageDefault,
      });
      return { status: 200 as const, body: { dms: items, cursor: writeCursor(next) } };
    },
  );
}
