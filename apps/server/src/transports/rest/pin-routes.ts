import { type ConversationKind, Id, MessageAnswer, type MessageId, PinsAnswer } from '@tpx/protocol';
import { z } from 'zod';
import type { Database } from '../../db/database.ts';
import type { Announcer } from '../../fanout/announcer.ts';
import type { RateLimiter } from '../../limits/rate-limiter.ts';
import { charactersOfAll } from '../../messages/history.ts';
import { listPins, setPinned } from '../../messages/pins.ts';
import { type ReadingDeps, readerOf } from './conversation-reader.ts';
import type { RestApp } from './rest-env.ts';
import { route } from './route.ts';

export type PinRouteDeps = ReadingDeps & { database: Database; announcer: Announcer; limiter: RateLimiter };

const common = { tag: 'Messages', access: 'signed_in', params: z.object({ id: Id }) } as const;

export function registerPinRoutes(app: RestApp, deps: PinRouteDeps): void {
  registerList(app, deps, 'group');
  registerList(app, deps, 'dm');
  registerSwitch(app, deps, 'put', 'Pin a message for everybody in its conversation');
  registerSwitch(app, deps, 'delete', 'Take the pin of a message away');
}

function registerList(app: RestApp, deps: PinRouteDeps, kind: ConversationKind): void {
  route(
    app,
    {
      ...common,
      method: 'get',
      path: `/${kind}s/{id}/pins`,
      summary: 'The pinned messages, what was pinned last first',
      limit: 'read',
      answers: { 200: PinsAnswer },
      refusals: ['banned', 'not_member', 'not_found'],
    },
    async ({ params: { id }, caller }) => {
      const conversationId = await readerOf(deps, caller.userId, id, kind);
      const pins = await listPins(deps.database, conversationId, kind);
      deps.limiter.chargePage('read', caller.userId, charactersOfAll(pins.map(({ message }) => message)));
      return { status: 200 as const, body: { pins } };
    },
  );
}

function registerSwitch(app: RestApp, deps: PinRouteDeps, method: 'put' | 'delete', summary: string): void {
  route(
    app,
    {
      ...common,
      method,
      path: '/messages/{id}/pin',
      summary,
      limit: 'change',
      answers: { 200: MessageAnswer },
      refusals: ['banned', 'forbidden', 'not_found', 'blocked', 'conflict', 'too_large'],
    },
    async ({ params: { id }, caller }) => ({
      status: 200 as const,
      body: { message: await setPinned(deps, caller.userId, id as MessageId, method === 'put') },
    }),
  );
}
