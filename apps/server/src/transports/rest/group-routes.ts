import {
  AuditAnswer,
  type ConversationId,
  CreateGroupBody,
  GroupAnswer,
  GroupsAnswer,
  Id,
  JoinGroupBody,
  LIMITS,
  PageQuery,
  PatchGroupBody,
} from '@tpx/protocol';
import { z } from 'zod';
import type { Database } from '../../db/database.ts';
import type { Announcer } from '../../fanout/announcer.ts';
import { changeGroup } from '../../groups/change-group.ts';
import { createGroup } from '../../groups/create-group.ts';
import { deleteGroup } from '../../groups/delete-group.ts';
import { joinGroup } from '../../groups/join-group.ts';
import { leaveGroup } from '../../groups/leave-group.ts';
import { listAudit } from '../../groups/list-audit.ts';
import type { OnlineUsers } from '../../groups/online-users.ts';
import { getGroup, listGroups } from '../../groups/read-groups.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { registerInviteRoutes } from './invite-routes.ts';
import { registerMemberRoutes } from './member-routes.ts';
import type { RestApp } from './rest-env.ts';
import { route } from './route.ts';

export type GroupRouteDeps = { database: Database; announcer: Announcer; online: OnlineUsers };

const params = z.object({ id: Id });
const rights = ['not_found', 'not_member', 'banned', 'forbidden'] as const;

/** Groups, their members and their invites. Their messages are routes of their own. */
export function registerGroupRoutes(app: RestApp, deps: GroupRouteDeps): void {
  registerMine(app, deps);
  registerOne(app, deps);
  registerComingAndGoing(app, deps);
  registerAudit(app, deps);
  registerMemberRoutes(app, deps);
  registerInviteRoutes(app, deps);
}

function registerMine(app: RestApp, deps: GroupRouteDeps): void {
  const common = { path: '/groups', tag: 'Groups', access: 'signed_in' } as const;
  route(
    app,
    {
      ...common,
      method: 'post',
      summary: 'Make a group; its maker owns it',
      limit: 'create',
      body: CreateGroupBody,
      answers: { 201: GroupAnswer },
    },
    async ({ body, caller }) => {
      const group = await createGroup(deps, { actorId: caller.userId, ...body });
      return { status: 201 as const, body: { group }, headers: { Location: `/groups/${group.id}` } };
    },
  );
  route(
    app,
    {
      ...common,
      method: 'get',
      summary: 'The groups that I am in',
      limit: 'read',
      query: PageQuery,
      answers: { 200: GroupsAnswer },
    },
    async ({ query, caller }) => {
      const { items, next } = await listGroups(deps, {
        userId: caller.userId,
        after: readCursor(Id, query.cursor) as ConversationId | undefined,
        limit: query.limit ?? LIMITS.pageDefault,
      });
      return { status: 200 as const, body: { groups: items, cursor: writeCursor(next) } };
    },
  );
}

function registerOne(app: RestApp, deps: GroupRouteDeps): void {
  const common = { path: '/groups/{id}', tag: 'Groups', access: 'signed_in', params } as const;
  route(
    app,
    {
      ...common,
      method: 'get',
      summary: 'A group that I am in, or an open one',
      limit: 'read',
      answers: { 200: GroupAnswer },
      refusals: rights,
    },
    async ({ params: { id }, caller }) => {
      const group = await getGroup(deps, { groupId: id as ConversationId, viewerId: caller.userId });
      return { status: 200 as const, body: { group } };
    },
  );
  route(
    app,
    {
      ...common,
      method: 'patch',
      summary: 'Change a group and its rules',
      description: 'The owner may change everything, an admin the photo.',
      limit: 'group_admin',
      body: PatchGroupBody,
      answers: { 200: GroupAnswer },
      refusals: rights,
    },
    async ({ params: { id }, body, caller }) => {
      const group = await changeGroup(deps, {
        groupId: id as ConversationId,
        actorId: caller.userId,
        patch: body,
      });
      return { status: 200 as const, body: { group } };
    },
  );
  route(
    app,
    {
      ...common,
      method: 'delete',
      summary: 'Delete a group with all that was said in it',
      limit: 'group_admin',
      answers: { 204: null },
      refusals: rights,
    },
    async ({ params: { id }, caller }) => {
      await deleteGroup(deps, { groupId: id as ConversationId, actorId: caller.userId });
      return { status: 204 as const };
    },
  );
}

function registerComingAndGoing(app: RestApp, deps: GroupRouteDeps): void {
  const common = {
    method: 'post',
    tag: 'Groups',
    access: 'signed_in',
    limit: 'group_admin',
    params,
  } as const;
  const answers = { 200: GroupAnswer } as const;
  route(
    app,
    {
      ...common,
      path: '/groups/{id}/join',
      summary: 'Come into an open group, or with an invite into any',
      description: 'A member who joins again gets the group as it is.',
      body: JoinGroupBody,
      answers,
      refusals: [...rights, 'expired', 'conflict'],
    },
    async ({ params: { id }, body, caller }) => {
      const group = await joinGroup(deps, { groupId: id as ConversationId, actorId: caller.userId, ...body });
      return { status: 200 as const, body: { group } };
    },
  );
  route(
    app,
    {
      ...common,
      path: '/groups/{id}/leave',
      summary: 'Go out of a group; its owner transfers it first',
      answers,
      refusals: [...rights, 'conflict'],
    },
    async ({ params: { id }, caller }) => {
      const group = await leaveGroup(deps, { groupId: id as ConversationId, actorId: caller.userId });
      return { status: 200 as const, body: { group } };
    },
  );
}

function registerAudit(app: RestApp, deps: GroupRouteDeps): void {
  route(
    app,
    {
      method: 'get',
      path: '/groups/{id}/audit',
      tag: 'Groups',
      summary: 'Who did what to whom, for the owner and admins',
      description:
        'Oldest first: each entry carries the hash of the one before, so a reader can check the chain while paging.',
      access: 'signed_in',
      limit: 'read',
      params,
      query: PageQuery,
      answers: { 200: AuditAnswer },
      refusals: rights,
    },
    async ({ params: { id }, query, caller }) => {
      const { items, next } = await listAudit(deps, {
        groupId: id as ConversationId,
        actorId: caller.userId,
        after: readCursor(z.int().min(0), query.cursor),
        limit: query.limit ?? LIMITS.pageDefault,
      });
      return { status: 200 as const, body: { entries: items, cursor: writeCursor(next) } };
    },
  );
}
