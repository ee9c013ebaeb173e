import type { MessageObject } from '@tpx/protocol';

/** What a person would see of it, and in what two copies of one message must be the same (spec TERM-25). */
const FIELDS = [
  'seq',
  'sender_id',
  'type',
  'content',
  'encryption',
  'reply_to',
  'mentions',
  'created_at',
  'edited_at',
  'deleted',
] as const satisfies readonly (keyof MessageObject)[];

/** The fields in which they differ. */
export function differingFields(one: MessageObject, other: MessageObject): string[] {
  const fields: string[] = FIELDS.filter((field) => canonical(one[field]) !== canonical(other[field]));
  return canonical(reactionsOf(one)) === canonical(reactionsOf(other)) ? fields : [...fields, 'reactions'];
}

/** Whose they are is told of the first few only: past these there is just a count. */
function reactionsOf({ reactions }: MessageObject): Record<string, unknown> {
  return Object.fromEntries(
    reactions.map(({ emoji, count, user_ids }) => [
      emoji,
      { count, users: count === user_ids.length ? user_ids.toSorted() : undefined },
    ]),
  );
}

/** JSON with the keys of every object in order: the same text for the same value. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
