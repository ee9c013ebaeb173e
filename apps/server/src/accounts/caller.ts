import type { SessionId, UserId } from '@tpx/protocol';

/** Who speaks: one signed-in device of one person. */
export type Caller = { userId: UserId; sessionId: SessionId };
