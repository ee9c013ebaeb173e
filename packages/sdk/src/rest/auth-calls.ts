import {
  type SessionObject,
  SessionsAnswer,
  SignedInAnswer as SignedInShape,
  TokensAnswer as TokensShape,
} from '@tpx/protocol';
import type { SignedInAnswer, TokenAnswer } from './answers.ts';
import type { Call } from './call.ts';

export type Registration = {
  username: string;
  password: string;
  display_name?: string;
  device_name?: string;
};
export type Credentials = { username: string; password: string; device_name?: string };

export function authCalls(call: Call) {
  return {
    register: (body: Registration) =>
      call<SignedInAnswer>('POST', '/auth/register', { body, anonymous: true, shape: SignedInShape }),
    login: (body: Credentials) =>
      call<SignedInAnswer>('POST', '/auth/login', { body, anonymous: true, shape: SignedInShape }),
    refresh: (refreshToken: string) =>
      call<TokenAnswer>('POST', '/auth/refresh', {
        body: { refresh_token: refreshToken },
        anonymous: true,
        shape: TokensShape,
      }),
    logout: () => call<unknown>('POST', '/auth/logout'),
    logoutEverywhere: () => call<unknown>('POST', '/auth/logout-everywhere'),
    sessions: () => call<{ sessions: SessionObject[] }>('GET', '/auth/sessions', { shape: SessionsAnswer }),
    revokeSession: (id: string) => call<unknown>('DELETE', `/auth/sessions/${encodeURIComponent(id)}`),
  };
}
