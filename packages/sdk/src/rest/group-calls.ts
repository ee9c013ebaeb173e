import {
  AuditAnswer,
  type AuditEntryObject,
  BannedAnswer,
  type BannedObject,
  type GroupObject,
  GroupAnswer as GroupShape,
  GroupsAnswer,
  InviteAnswer,
  type InviteObject,
  InvitesAnswer,
  type MemberObject,
  MembersAnswer,
} from '@tpx/protocol';
import type { Page } from './answers.ts';
import type { Call } from './call.ts';

export type GroupChanges = {
  name?: string;
  description?: string;
  photo_media_id?: string | null;
  messages_retention?: number | null;
  upload_max_bytes?: number;
  who_can_post?: 'all' | 'admins';
  access?: 'open' | 'invite';
};

type GroupAnswer = { group: GroupObject };
type TargetAction = 'add' | 'kick' | 'ban' | 'unban' | 'promote' | 'demote' | 'transfer';

const at = (id: string, rest = '') => `/groups/${encodeURIComponent(id)}${rest}`;

export function groupCalls(call: Call) {
  const towards = (action: TargetAction) => (id: string, userId: string, reason?: string) =>
    call<GroupAnswer>('POST', at(id, `/${action}`), {
      body: { user_id: userId, ...(reason !== undefined && { reason }) },
      shape: GroupShape,
    });
  return {
    create: (body: { name: string; description?: string }) =>
      call<GroupAnswer>('POST', '/groups', { body, shape: GroupShape }),
    list: (page: Page = {}) =>
      call<{ groups: GroupObject[]; cursor: string | null }>('GET', '/groups', {
        query: page,
        shape: GroupsAnswer,
      }),
    get: (id: string) => call<GroupAnswer>('GET', at(id), { shape: GroupShape }),
    change: (id: string, body: GroupChanges) =>
      call<GroupAnswer>('PATCH', at(id), { body, shape: GroupShape }),
    delete: (id: string) => call<unknown>('DELETE', at(id)),
    members: (id: string, query: Page & { online?: boolean } = {}) =>
      call<{ members: MemberObject[]; cursor: string | null }>('GET', at(id, '/members'), {
        query,
        shape: MembersAnswer,
      }),
    banned: (id: string, query: Page = {}) =>
      call<{ banned: BannedObject[]; cursor: string | null }>('GET', at(id, '/banned'), {
        query,
        shape: BannedAnswer,
      }),
    add: towards('add'),
    kick: towards('kick'),
    ban: towards('ban'),
    unban: towards('unban'),
    promote: towards('promote'),
    demote: towards('demote'),
    transfer: towards('transfer'),
    invite: (id: string, body: { expires_in?: number; max_uses?: number } = {}) =>
      call<{ invite: InviteObject }>('POST', at(id, '/invites'), { body, shape: InviteAnswer }),
    invites: (id: string, query: Page = {}) =>
      call<{ invites: InviteObject[]; cursor: string | null }>('GET', at(id, '/invites'), {
        query,
        shape: InvitesAnswer,
      }),
    revokeInvite: (id: string, code: string) =>
      call<unknown>('DELETE', at(id, `/invites/${encodeURIComponent(code)}`)),
    join: (id: string, invite?: string) =>
      call<GroupAnswer>('POST', at(id, '/join'), {
        body: invite === undefined ? {} : { invite },
        shape: GroupShape,
      }),
    leave: (id: string) => call<unknown>('POST', at(id, '/leave'), { body: {} }),
    audit: (id: string, query: Page = {}) =>
      call<{ entries: AuditEntryObject[]; cursor: string | null }>('GET', at(id, '/audit'), {
        query,
        shape: AuditAnswer,
      }),
  };
}
