import type { ConversationId } from '@tpx/protocol';

export type EventPlace = { id: ConversationId; seq: number };

/** `eventId`: which event Postgres has at the `seq` that was asked for, undefined where it has none. */
export type LogPlace = { firstSeq: number; lastSeq: number; eventId: string | undefined };
