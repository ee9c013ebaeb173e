import {
  type ConversationId,
  Id,
  InviteAnswer,
  InviteBody,
  InviteCode,
  InvitesAnswer,
  LIMITS,
  PageQuery,
} from '@tpx/protocol';
import { z } from 'zod';
import type { Database } from '../../db/database.ts';
import { createInvite, deleteInvite, getInvite, listInvites } from '../../groups/invites.ts';
import { readCursor, writeCursor } from './cursor.ts';
import type { RestApp } from './rest-env.ts';
import { route } from './route.ts';

type Deps = { database: Database };

const params = z.object({ id: Id });
const oneParams = z.object({ id: Id, code: InviteCode });
const common = {
  tag: 'Groups',
  access: 'signed_in',
  refusals: ['not_found', 'not_member', 'banned', 'forbidden'],
} as const;

/** Invites are the staff's. Whoever has a code hands it to `POST /groups/{id}/join`. */
export function registerInviteRoutes(app: RestApp, deps: Deps): void {
  registerAll(app, deps);
  registerOne(app, deps);
}

function registerAll(app: RestApp, deps: Deps): void {
  const path = '/groups/{id}/invites';
  route(
    app,
    {
      ...common,
      method: 'post',
      path,
      summary: 'Make an invite; `expires_in` in seconds',
      limit: 'group_admin',
      params,
      body: InviteBody,
      answers: { 201: InviteAnswer },
    },
    async ({ params: { id }, body, caller }) => {
      const invite = await createInvite(deps, {
        groupId: id as ConversationId,
        actorId: caller.userId,
        ...body,
      });
      return {
        status: 201 as const,
        body: { invite },
        headers: { Location: `/groups/${id}/invites/${invite.code}` },
      };
    },
  );
  route(
    app,
    {
      ...common,
      method: 'get',
      path,
      summary: 'The invites, those used up or expired too',
      limit: 'read',
      params,
      query: PageQuery,
      answers: { 200: InvitesAnswer },
    },
    async ({ params: { id }, query, caller }) => {
      const { items, next } = await listInvites(deps, {
        groupId: id as ConversationId,
        actorId: caller.userId,
        after: readCursor(InviteCode, query.cursor),
        limit: query.limit ?? LIMITS.pageDefault,
      });
      return { status: 200 as const, body: { invites: items, cursor: writeCursor(next) } };
    },
  );
}

function registerOne(app: RestApp, deps: Deps): void {
  const path = '/groups/{id}/invites/{code}';
  route(
    app,
    {
      ...common,
      method: 'get',
      path,
      summary: 'An invite, and how often it was used',
      limit: 'read',
      params: oneParams,
      answers: { 200: InviteAnswer },
    },
    async ({ params: { id, code }, caller }) => {
      const invite = await getInvite(deps, { groupId: id as ConversationId, actorId: caller.userId, code });
      return { status: 200 as const, body: { invite } };
    },
  );
  route(
    app,
    {
      ...common,
      method: 'delete',
      path,
      summary: 'Withdraw an invite',
      limit: 'group_admin',
      params: oneParams,
      answers: { 204: null },
    },
    async ({ params: { id, code }, caller }) => {
      await deleteInvite(deps, { groupId: id as ConversationId, actorId: caller.userId, code });
      return { status: 204 as const };
    },
  );
}
