/** Branded identifiers: a user's id can't be passed where a conversation's is wanted. */
declare const brand: unique symbol;
type Brand<Name extends string> = string & { readonly [brand]: Name };

export type UserId = Brand<'UserId'>;
/** A group's id and a DM's id are both the id of their conversation. */
export type ConversationId = Brand<'ConversationId'>;
export type MessageId = Brand<'MessageId'>;
/** One signed-in device of one user. */
export type SessionId = Brand<'SessionId'>;
export type MediaId = Brand<'MediaId'>;

/** RFC 9562 text form, lower case. */
export const UUID_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function isUuid(value: string): boolean {
  return UUID_PATTERN.test(value);
}
