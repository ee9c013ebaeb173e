import {
  OwnUserAnswer,
  type OwnUserObject,
  type StatusState,
  TokensAnswer,
  UserAnswer,
  type UserObject,
  UsersAnswer,
} from '@tpx/protocol';
import type { Page, TokenAnswer } from './answers.ts';
import type { Call } from './call.ts';

export type ProfileChanges = {
  display_name?: string;
  status?: { state: StatusState; text?: string };
  background?: { color: string } | { media_id: string } | null;
  public_key?: string | null;
};

export function userCalls(call: Call) {
  return {
    me: () => call<{ user: OwnUserObject }>('GET', '/users/me', { shape: OwnUserAnswer }),
    change: (body: ProfileChanges) =>
      call<{ user: OwnUserObject }>('PATCH', '/users/me', { body, shape: OwnUserAnswer }),
    changePassword: (current: string, chosen: string) =>
      call<TokenAnswer>('PATCH', '/users/me/password', {
        body: { current, new: chosen },
        shape: TokensAnswer,
      }),
    deleteAccount: (password: string) => call<unknown>('DELETE', '/users/me', { body: { password } }),
    /** By id, user name or PIN. */
    get: (ref: string) =>
      call<{ user: UserObject }>('GET', `/users/${encodeURIComponent(ref)}`, { shape: UserAnswer }),
    blocked: (page: Page = {}) =>
      call<{ users: UserObject[]; cursor: string | null }>('GET', '/users/me/blocked', {
        query: page,
        shape: UsersAnswer,
      }),
    block: (id: string) => call<unknown>('PUT', `/users/${encodeURIComponent(id)}/block`),
    unblock: (id: string) => call<unknown>('DELETE', `/users/${encodeURIComponent(id)}/block`),
  };
}
