import type { LogEvent, MessageObject, OwnUserObject, PinObject, ReceiptObject } from '@tpx/protocol';

/** Answers of several calls, as they are on the wire. */
export type TokenAnswer = { access_token: string; refresh_token: string; expires_in: number };
export type SignedInAnswer = TokenAnswer & { user: OwnUserObject };
export type Page = { limit?: number | undefined; cursor?: string | null | undefined };
export type HistoryPage = {
  messages: MessageObject[];
  has_more: boolean;
  first_seq: number;
  last_seq: number;
};
export type EventsPage = { events: LogEvent[]; has_more: boolean };
export type PinsAnswer = { pins: PinObject[] };
export type ReceiptsAnswer = {
  delivered: number;
  read: number;
  of: number;
  members: ReceiptObject[];
  cursor: string | null;
};
