import type { Platform } from '../platform.ts';
import { authCalls } from './auth-calls.ts';
import { createCall, type TokenSource } from './call.ts';
import { groupCalls } from './group-calls.ts';
import { messageCalls } from './message-calls.ts';
import { userCalls } from './user-calls.ts';

/** Every call of the contract, typed. `serverUrl` without a slash at its end. */
export function createRest(serverUrl: string, platform: Platform, tokens?: TokenSource) {
  const call = createCall(serverUrl, platform, tokens);
  return {
    /** For what has no method here yet. */
    call,
    auth: authCalls(call),
    users: userCalls(call),
    groups: groupCalls(call),
    messages: messageCalls(call),
  };
}

export type Rest = ReturnType<typeof createRest>;
