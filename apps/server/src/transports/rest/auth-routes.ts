import {
  Id,
  LoginBody,
  RefreshBody,
  RegisterBody,
  type SessionId,
  SessionsAnswer,
  SignedInAnswer,
  TokensAnswer,
} from '@tpx/protocol';
import { z } from 'zod';
import type { SignInDeps } from '../../accounts/device-session.ts';
import { login } from '../../accounts/login.ts';
import type { PasswordGuard } from '../../accounts/password-guard.ts';
import { refresh } from '../../accounts/refresh.ts';
import { register } from '../../accounts/register.ts';
import { listSessions, logout, logoutEverywhere, revokeSession } from '../../accounts/sessions.ts';
import type { RestApp } from './rest-env.ts';
import { route } from './route.ts';

export type AuthRouteDeps = SignInDeps & { passwordGuard: PasswordGuard };

const tag = 'Auth';
const signedIn = { tag, access: 'signed_in' } as const;
const open = { tag, access: 'open' } as const;

export function registerAuthRoutes(app: RestApp, deps: AuthRouteDeps): void {
  route(
    app,
    {
      ...open,
      method: 'post',
      path: '/auth/register',
      summary: 'Make an account and sign this device in',
      limit: 'register',
      body: RegisterBody,
      answers: { 201: SignedInAnswer },
      refusals: ['conflict'],
    },
    async ({ body, address }) => ({ status: 201, body: await register(deps, body, address) }),
  );
  route(
    app,
    {
      ...open,
      method: 'post',
      path: '/auth/login',
      summary: 'Sign this device in',
      limit: 'login_address',
      body: LoginBody,
      answers: { 200: SignedInAnswer },
      refusals: ['unauthorized'],
    },
    async ({ body, address }) => ({ status: 200, body: await login(deps, body, address) }),
  );
  route(
    app,
    {
      ...open,
      method: 'post',
      path: '/auth/refresh',
      summary: 'Trade a refresh token for new tokens',
      description:
        'A refresh token is good for one use. As long as its successor is unused it gives the same one again; a second ' +
        'use after that signs the device out.',
      limit: 'refresh',
      body: RefreshBody,
      answers: { 200: TokensAnswer },
      refusals: ['unauthorized'],
    },
    async ({ body, address }) => ({ status: 200, body: await refresh(deps, body.refresh_token, address) }),
  );
  route(
    app,
    {
      ...signedIn,
      method: 'post',
      path: '/auth/logout',
      summary: 'Sign this device out',
      limit: 'change',
      answers: { 204: null },
    },
    async ({ caller }) => {
      await logout(deps, caller);
      return { status: 204 };
    },
  );
  route(
    app,
    {
      ...signedIn,
      method: 'post',
      path: '/auth/logout-everywhere',
      summary: 'Sign all of my devices out',
      limit: 'change',
      answers: { 204: null },
    },
    async ({ caller }) => {
      await logoutEverywhere(deps, caller);
      return { status: 204 };
    },
  );
  route(
    app,
    {
      ...signedIn,
      method: 'get',
      path: '/auth/sessions',
      summary: 'My signed-in devices, the last used first',
      limit: 'read',
      answers: { 200: SessionsAnswer },
    },
    async ({ caller }) => ({ status: 200, body: { sessions: await listSessions(deps, caller) } }),
  );
  route(
    app,
    {
      ...signedIn,
      method: 'delete',
      path: '/auth/sessions/{id}',
      summary: 'Sign one of my devices out',
      limit: 'change',
      params: z.object({ id: Id }),
      answers: { 204: null },
      refusals: ['not_found'],
    },
    async ({ caller, params }) => {
      await revokeSession(deps, caller, params.id as SessionId);
      return { status: 204 };
    },
  );
}
