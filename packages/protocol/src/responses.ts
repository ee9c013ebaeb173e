import { z } from 'zod';
import { REFUSAL_CODES } from './errors.ts';
import type { LogEvent } from './events.ts';
import type {
  AuditEntryObject,
  BannedObject,
  DmObject,
  GroupObject,
  InviteObject,
  MediaObject,
  MemberObject,
  MessageObject,
  OwnUserObject,
  ReceiptObject,
  SessionObject,
  SystemContent,
  UserObject,
} from './objects.ts';
import { ROLES } from './rights.ts';

/**
 * The wire objects of `objects.ts` as schemas, for the OpenAPI document and for clients that check what they get. A
 * server does not validate its own answers: the compiler holds both files together, see the end of this one.
 */
const id = z.string().meta({ format: 'uuid' });
const time = z.string().meta({ format: 'date-time' });
const seq = z.int().min(0);
const count = z.int().min(0);
/** For the next page's `cursor`; null after the last. */
const cursor = z.string().nullable();

export const ErrorSchema = z
  .object({
    error: z.object({
      code: z.enum(REFUSAL_CODES),
      message: z.string().meta({ description: 'A sentence that tells the person what to do.' }),
      retry_after_ms: z.int().optional(),
      details: z.unknown().optional(),
    }),
  })
  .meta({ id: 'Error' });

export const MediaSchema = z
  .object({
    id,
    url: z.string(),
    content_type: z.string(),
    size: z.int(),
    duration_ms: z.int().nullable(),
    width: z.int().nullable(),
    height: z.int().nullable(),
    filename: z.string().nullable(),
    waveform: z.array(z.number()).nullable(),
    thumbhash: z.string().nullable(),
    status: z.enum(['processing', 'ready', 'failed']),
  })
  .meta({ id: 'Media' });

/** Not `.nullable()`: of a named schema the OpenAPI generator would forget the null. */
const photo = z.union([MediaSchema, z.null()]);

const userFields = {
  id,
  username: z.string().nullable(),
  pin: z.string().nullable(),
  display_name: z.string(),
  photo,
  background: z.union([MediaSchema, z.object({ color: z.string() })]).nullable(),
  status: z.object({ state: z.enum(['online', 'offline', 'custom']), text: z.string() }),
  public_key: z.string().nullable(),
  created_at: time,
  updated_at: time,
};
export const UserSchema = z.object(userFields).meta({ id: 'User' });
export const OwnUserSchema = z
  .object({ ...userFields, blocked_users: z.array(id), password_guessed_at: time.optional() })
  .meta({ id: 'OwnUser' });

const role = z.enum(ROLES);

export const GroupSchema = z
  .object({
    id,
    name: z.string(),
    description: z.string(),
    photo,
    owner_id: id,
    admins: z.array(id),
    access: z.enum(['open', 'invite']),
    who_can_post: z.enum(['all', 'admins']),
    messages_retention: z.int().nullable().meta({ description: 'Seconds; null keeps messages for ever.' }),
    upload_max_bytes: z.int(),
    member_count: count,
    first_seq: seq,
    last_seq: seq,
    role: role.nullable().meta({ description: 'Mine.' }),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'Group' });

export const DmSchema = z
  .object({ id, user_a: id, user_b: id, first_seq: seq, last_seq: seq, last_message_at: time.nullable() })
  .meta({ id: 'Dm' });

export const SystemContentSchema = z
  .object({
    event: z.enum([
      'member_joined',
      'member_left',
      'member_kicked',
      'member_banned',
      'member_unbanned',
      'admin_changed',
      'owner_changed',
      'group_updated',
      'photo_updated',
      'message_edited',
      'message_deleted',
      'message_pinned',
      'message_unpinned',
    ]),
    actor_id: id,
    user_id: id.optional(),
    message_id: id.optional(),
    role: role.optional(),
    changes: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'SystemContent' });

const MessageContentSchema = z
  .looseObject({ text: z.string().optional(), media: MediaSchema.optional() })
  .meta({ id: 'MessageContent' });

export const MessageSchema = z
  .object({
    id,
    client_id: z.string().nullable(),
    conversation_id: id,
    group_id: id.optional(),
    dm_id: id.optional(),
    seq,
    sender_id: id,
    type: z.enum(['text', 'image', 'video', 'audio', 'file', 'system']),
    content: z.union([SystemContentSchema, MessageContentSchema]).nullable(),
    encryption: z.string().nullable(),
    reply_to: id.nullable(),
    mentions: z.array(id),
    reactions: z.array(z.object({ emoji: z.string(), user_ids: z.array(id), count })),
    created_at: time,
    edited_at: time.nullable(),
    deleted: z.boolean(),
  })
  .meta({ id: 'Message' });

export const LogEventSchema = z
  .discriminatedUnion('event', [
    z.object({ seq, event: z.literal('message'), payload: z.object({ seq, message: MessageSchema }) }),
    z.object({
      seq,
      event: z.literal('edited'),
      payload: z.object({ seq, event_id: id, message: MessageSchema }),
    }),
    z.object({ seq, event: z.literal('deleted'), payload: z.object({ seq, event_id: id, id }) }),
    z.object({
      seq,
      event: z.literal('reaction'),
      payload: z.object({ seq, event_id: id, id, user_id: id, emoji: z.string(), on: z.boolean() }),
    }),
  ])
  .meta({ id: 'LogEvent' });

export const MemberSchema = z.object({ user: UserSchema, role, joined_at: time }).meta({ id: 'Member' });
export const BannedSchema = z
  .object({ user: UserSchema, reason: z.string().nullable(), banned_by: id, banned_at: time })
  .meta({ id: 'Banned' });
export const InviteSchema = z
  .object({
    code: z.string(),
    group_id: id,
    created_by: id,
    expires_at: time.nullable(),
    max_uses: z.int().nullable(),
    uses: count,
    created_at: time,
  })
  .meta({ id: 'Invite' });
export const SessionSchema = z
  .object({
    id,
    device_name: z.string(),
    created_at: time,
    last_used_at: time,
    address: z.string().nullable(),
    current: z.boolean(),
  })
  .meta({ id: 'Session' });
export const AuditEntrySchema = z
  .object({
    id,
    at: time,
    actor_id: id,
    action: z.string(),
    target_id: id.nullable(),
    details: z.record(z.string(), z.unknown()),
    prev_hash: z.string(),
    hash: z.string(),
  })
  .meta({ id: 'AuditEntry' });
export const ReceiptSchema = z
  .object({ user_id: id, delivered_seq: seq, read_seq: seq })
  .meta({ id: 'Receipt' });

// Answers ------------------------------------------------------------------------------------------------------------

const tokens = {
  access_token: z.string(),
  refresh_token: z.string(),
  expires_in: z.int().meta({ description: 'Seconds that the access token is valid for.' }),
};
export const TokensAnswer = z.object(tokens).meta({ id: 'Tokens' });
export const SignedInAnswer = z.object({ user: OwnUserSchema, ...tokens }).meta({ id: 'SignedIn' });
export const UserAnswer = z.object({ user: UserSchema });
export const OwnUserAnswer = z.object({ user: OwnUserSchema });
export const UsersAnswer = z.object({ users: z.array(UserSchema), cursor });
export const SessionsAnswer = z.object({ sessions: z.array(SessionSchema) });
export const GroupAnswer = z.object({ group: GroupSchema });
export const GroupsAnswer = z.object({ groups: z.array(GroupSchema), cursor });
export const MembersAnswer = z.object({ members: z.array(MemberSchema), cursor });
export const BannedAnswer = z.object({ banned: z.array(BannedSchema), cursor });
export const InviteAnswer = z.object({ invite: InviteSchema });
export const InvitesAnswer = z.object({ invites: z.array(InviteSchema), cursor });
export const AuditAnswer = z.object({ entries: z.array(AuditEntrySchema), cursor });
export const DmAnswer = z.object({ dm: DmSchema });
export const DmsAnswer = z.object({ dms: z.array(DmSchema), cursor });
export const MessageAnswer = z.object({ message: MessageSchema });
export const HistoryAnswer = z.object({
  messages: z.array(MessageSchema),
  has_more: z.boolean(),
  first_seq: seq,
  last_seq: seq,
});
export const EventsAnswer = z.object({ events: z.array(LogEventSchema), has_more: z.boolean() });
export const MessagesAnswer = z.object({ messages: z.array(MessageSchema), cursor });
export const PinsAnswer = z.object({
  pins: z.array(z.object({ message: MessageSchema, pinned_by: id, pinned_at: time })),
});
export const MessageReceiptsAnswer = z.object({
  delivered: count,
  read: count,
  of: count,
  members: z.array(ReceiptSchema),
  cursor,
});

export type Tokens = z.infer<typeof TokensAnswer>;
export type SignedIn = z.infer<typeof SignedInAnswer>;

// The two files say the same -----------------------------------------------------------------------------------------

/** Zod's optional fields also take an explicit undefined; on the wire there is no difference. */
type Loose<T> = T extends readonly (infer Item)[]
  ? Loose<Item>[]
  : T extends object
    ? { [Key in keyof T]: Loose<T[Key]> | (Record<never, never> extends Pick<T, Key> ? undefined : never) }
    : T;
type Same<Schema extends z.ZodType, T> = [z.infer<Schema>] extends [Loose<T>]
  ? [T] extends [z.infer<Schema>]
    ? true
    : 'the schema lacks something'
  : 'the schema allows something else';

/** A line that does not compile names a schema that has drifted from its type. */
true satisfies Same<typeof MediaSchema, MediaObject>;
true satisfies Same<typeof UserSchema, UserObject>;
true satisfies Same<typeof OwnUserSchema, OwnUserObject>;
true satisfies Same<typeof GroupSchema, GroupObject>;
true satisfies Same<typeof DmSchema, DmObject>;
true satisfies Same<typeof SystemContentSchema, SystemContent>;
true satisfies Same<typeof MessageSchema, MessageObject>;
true satisfies Same<typeof LogEventSchema, LogEvent>;
true satisfies Same<typeof MemberSchema, MemberObject>;
true satisfies Same<typeof BannedSchema, BannedObject>;
true satisfies Same<typeof InviteSchema, InviteObject>;
true satisfies Same<typeof SessionSchema, SessionObject>;
true satisfies Same<typeof AuditEntrySchema, AuditEntryObject>;
true satisfies Same<typeof ReceiptSchema, ReceiptObject>;
