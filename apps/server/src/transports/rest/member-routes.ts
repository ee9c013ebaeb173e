import {
  BannedAnswer,
  type ConversationId,
  GroupAnswer,
  Id,
  LIMITS,
  MembersAnswer,
  MembersQuery,
  PageQuery,
  TargetBody,
  type UserId,
} from '@tpx/protocol';
import { z } from 'zod';
import type { Database } from '../../db/database.ts';
import type { Announcer } from '../../fanout/announcer.ts';
import { addMember } from '../../groups/add-member.ts';
import { banMember, unbanMember } from '../../groups/ban-member.ts';
import { demoteMember, promoteMember } from '../../groups/change-role.ts';
import { kickMember } from '../../groups/kick-member.ts';
import { listBanned } from '../../groups/list-banned.ts';
import { listMembers } from '../../groups/list-members.ts';
import type { OnlineUsers } from '../../groups/online-users.ts';
import { transferGroup } from '../../groups/transfer-group.ts';
import { readCursor, writeCursor } from './cursor.ts';
import type { RestApp } from './rest-env.ts';
import { route } from './route.ts';

type Deps = { database: Database; announcer: Announcer; online: OnlineUsers };

const params = z.object({ id: Id });
const rights = ['not_found', 'not_member', 'banned', 'forbidden'] as const;

/** What is done to one person, by the last part of its path. */
const ACTS = {
  add: { act: addMember, summary: 'Bring somebody in' },
  kick: { act: kickMember, summary: 'Put somebody out; they may come back' },
  ban: { act: banMember, summary: 'Put somebody out, and keep them out' },
  unban: { act: unbanMember, summary: 'Lift a ban; they are not in the group yet' },
  promote: { act: promoteMember, summary: 'Make a member an admin' },
  demote: { act: demoteMember, summary: 'Make an admin a member like others' },
  transfer: { act: transferGroup, summary: 'Give the group to another member; I stay as an admin' },
} as const;

export function registerMemberRoutes(app: RestApp, deps: Deps): void {
  for (const [name, { act, summary }] of Object.entries(ACTS)) {
    route(
      app,
      {
        method: 'post',
        path: `/groups/{id}/${name}`,
        tag: 'Groups',
        summary,
        access: 'signed_in',
        limit: 'group_admin',
        params,
        body: TargetBody,
        answers: { 200: GroupAnswer },
        refusals: name === 'add' ? [...rights, 'conflict', 'blocked'] : [...rights, 'conflict'],
      },
      async ({ params: { id }, body, caller }) => {
        const group = await act(deps, {
          groupId: id as ConversationId,
          actorId: caller.userId,
          targetId: body.user_id as UserId,
          reason: body.reason,
        });
        return { status: 200 as const, body: { group } };
      },
    );
  }
  registerLists(app, deps);
}

function registerLists(app: RestApp, deps: Deps): void {
  const common = { method: 'get', tag: 'Groups', access: 'signed_in', limit: 'read', params } as const;
  route(
    app,
    {
      ...common,
      path: '/groups/{id}/members',
      summary: 'The members, or only those online or offline',
      query: MembersQuery,
      answers: { 200: MembersAnswer },
      refusals: rights,
    },
    async ({ params: { id }, query, caller }) => {
      const { items, next } = await listMembers(deps, {
        groupId: id as ConversationId,
        viewerId: caller.userId,
        online: query.online === undefined ? undefined : query.online === 'true',
        after: readCursor(Id, query.cursor) as UserId | undefined,
        limit: query.limit ?? LIMITS.pageDefault,
      });
      return { status: 200 as const, body: { members: items, cursor: writeCursor(next) } };
    },
  );
  route(
    app,
    {
      ...common,
      path: '/groups/{id}/banned',
      summary: 'Who is banned, for the owner and admins',
      query: PageQuery,
      answers: { 200: BannedAnswer },
      refusals: rights,
    },
    async ({ params: { id }, query, caller }) => {
      const { items, next } = await listBanned(deps, {
        groupId: id as ConversationId,
        actorId: caller.userId,
        after: readCursor(Id, query.cursor) as UserId | undefined,
        limit: query.limit ?? LIMITS.pageDefault,
      });
      return { status: 200 as const, body: { banned: items, cursor: writeCursor(next) } };
    },
  );
}
