import {
  boundedString,
  ChangePasswordBody,
  DeleteAccountBody,
  Id,
  LIMITS,
  OwnUserAnswer,
  PageQuery,
  PatchMeBody,
  PhotoBody,
  TokensAnswer,
  UserAnswer,
  type UserId,
  UsersAnswer,
} from '@tpx/protocol';
import { z } from 'zod';
import { blockUser, listBlocked, unblockUser } from '../../accounts/blocks.ts';
import { changePassword } from '../../accounts/change-password.ts';
import { type DeleteAccountDeps, deleteAccount } from '../../accounts/delete-account.ts';
import type { SignInDeps } from '../../accounts/device-session.ts';
import { getMe, patchMe, setPhoto } from '../../accounts/profile.ts';
import { findUser } from '../../accounts/users.ts';
import { readCursor, writeCursor } from './cursor.ts';
import type { RestApp } from './rest-env.ts';
import { route } from './route.ts';

export type UserRouteDeps = DeleteAccountDeps & SignInDeps;

const read = { tag: 'Users', access: 'signed_in', limit: 'read' } as const;
const change = { tag: 'Users', access: 'signed_in', limit: 'change' } as const;
const byId = z.object({ id: Id });
/** An id, a username or a PIN as somebody may type it. */
const byRef = z.object({ ref: boundedString({ min: 1, max: 64, pattern: '^[^\\u0000]*$' }) });

export function registerUserRoutes(app: RestApp, deps: UserRouteDeps): void {
  registerMe(app, deps);
  registerBlocks(app, deps);
  // After /users/me, which it would answer otherwise.
  route(
    app,
    {
      ...read,
      method: 'get',
      path: '/users/{ref}',
      summary: 'Somebody, by id, username or PIN',
      params: byRef,
      answers: { 200: UserAnswer },
      refusals: ['not_found'],
    },
    async ({ params, caller }) => ({
      status: 200,
      body: { user: await findUser(deps.database, params.ref, caller.userId) },
    }),
  );
}

function registerMe(app: RestApp, deps: UserRouteDeps): void {
  route(
    app,
    { ...read, method: 'get', path: '/users/me', summary: 'My own account', answers: { 200: OwnUserAnswer } },
    async ({ caller }) => ({ status: 200, body: { user: await getMe(deps, caller) } }),
  );
  route(
    app,
    {
      ...change,
      method: 'patch',
      path: '/users/me',
      summary: 'Change what is named of my profile',
      body: PatchMeBody,
      answers: { 200: OwnUserAnswer },
    },
    async ({ caller, body }) => ({ status: 200, body: { user: await patchMe(deps, caller, body) } }),
  );
  route(
    app,
    {
      ...change,
      method: 'delete',
      path: '/users/me',
      summary: 'Delete my account: messages stay, their author becomes "deleted user"',
      body: DeleteAccountBody,
      answers: { 204: null },
      refusals: ['forbidden', 'conflict'],
    },
    async ({ caller, body, address }) => {
      await deleteAccount(deps, caller, body.password, address);
      return { status: 204 };
    },
  );
  route(
    app,
    {
      ...change,
      method: 'patch',
      path: '/users/me/password',
      summary: 'Change my password: this device gets new tokens, every other one is signed out',
      body: ChangePasswordBody,
      answers: { 200: TokensAnswer },
      refusals: ['forbidden', 'conflict'],
    },
    async ({ caller, body, address }) => ({
      status: 200,
      body: await changePassword(deps, caller, body, address),
    }),
  );
  route(
    app,
    {
      ...change,
      method: 'patch',
      path: '/users/me/photo',
      summary: 'Set or remove my photo',
      body: PhotoBody,
      answers: { 200: OwnUserAnswer },
    },
    async ({ caller, body }) => ({
      status: 200,
      body: { user: await setPhoto(deps, caller, body.media_id) },
    }),
  );
}

function registerBlocks(app: RestApp, deps: UserRouteDeps): void {
  route(
    app,
    {
      ...read,
      method: 'get',
      path: '/users/me/blocked',
      summary: 'Whom I block',
      query: PageQuery,
      answers: { 200: UsersAnswer },
    },
    async ({ caller, query }) => {
      const after = readCursor(Id, query.cursor);
      const page = await listBlocked(deps, caller, after, query.limit ?? LIMITS.pageDefault);
      return { status: 200, body: { users: page.users, cursor: writeCursor(page.next) } };
    },
  );
  route(
    app,
    {
      ...change,
      method: 'put',
      path: '/users/{id}/block',
      summary: 'Block somebody',
      params: byId,
      answers: { 204: null },
      refusals: ['not_found', 'conflict'],
    },
    async ({ caller, params }) => {
      await blockUser(deps, caller, params.id as UserId);
      return { status: 204 };
    },
  );
  route(
    app,
    {
      ...change,
      method: 'delete',
      path: '/users/{id}/block',
      summary: 'Unblock somebody',
      params: byId,
      answers: { 204: null },
    },
    async ({ caller, params }) => {
      await unblockUser(deps, caller, params.id as UserId);
      return { status: 204 };
    },
  );
}
