import { z } from 'zod';
import { LIMITS } from './limits.ts';
import {
  boundedString,
  integerParameter,
  lineString,
  messageString,
  nameString,
  proseString,
  seqNumber as seq,
} from './string-schemas.ts';

/**
 * What clients may send, once for REST bodies and channel pushes. Objects are strict: an unknown field is an error that
 * names it, so that a misspelt option is never silently ignored (spec REQ-1).
 */
/** Both cases in the pattern, though it is asked after lowering: the document describes what comes. */
export const Id = z
  .string()
  .toLowerCase()
  .regex(/^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$/, 'must be a UUID');
export const Username = z
  .string()
  .toLowerCase()
  .regex(/^[a-zA-Z][a-zA-Z0-9_.-]{2,31}$/, 'must be 3 to 32 of a-z 0-9 _ . - and begin with a letter');
/** Any characters, counted as a person does; what is guessed first is refused where it is chosen (spec AUTH-10). */
export const Password = boundedString({ min: LIMITS.passwordMin, max: LIMITS.passwordMax }).refine(
  (text) => text.isWellFormed(),
  'holds half of a character',
);
const currentPassword = boundedString({ max: LIMITS.passwordMax });
const deviceName = lineString(LIMITS.deviceNameMax).optional();

export const RegisterBody = z.strictObject({
  username: Username,
  password: Password,
  display_name: nameString(LIMITS.displayNameMax).optional(),
  device_name: deviceName,
});
export const LoginBody = z.strictObject({
  username: boundedString({ max: LIMITS.usernameMax }).transform((name) => name.toLowerCase()),
  password: currentPassword,
  device_name: deviceName,
});
export const RefreshBody = z.strictObject({ refresh_token: boundedString({ max: 512 }) });
export const DeleteAccountBody = z.strictObject({ password: currentPassword });
export const ChangePasswordBody = z.strictObject({ current: currentPassword, new: Password });

export const Status = z.strictObject({
  state: z.enum(['online', 'offline', 'custom']),
  text: lineString(LIMITS.statusTextMax).default(''),
});
export const Color = z.string().regex(/^#[0-9a-fA-F]{6}$/, 'must be a colour like #1a2b3c');
export const PatchMeBody = z.strictObject({
  display_name: nameString(LIMITS.displayNameMax).optional(),
  status: Status.optional(),
  background: z
    .union([z.strictObject({ color: Color }), z.strictObject({ media_id: Id }), z.null()])
    .optional(),
  public_key: z
    .string()
    .max(LIMITS.publicKeyMax)
    .regex(/^[A-Za-z0-9+/_=-]+$/, 'must be base64')
    .nullable()
    .optional(),
});
export const PhotoBody = z.strictObject({ media_id: Id.nullable() });

export const CreateGroupBody = z.strictObject({
  name: nameString(LIMITS.groupNameMax),
  description: proseString(LIMITS.groupDescriptionMax).optional(),
});
export const PatchGroupBody = z
  .strictObject({
    name: nameString(LIMITS.groupNameMax).optional(),
    description: proseString(LIMITS.groupDescriptionMax).optional(),
    photo_media_id: Id.nullable().optional(),
    messages_retention: z
      .int()
      .min(LIMITS.retentionMinSeconds)
      .max(LIMITS.retentionMaxSeconds)
      .nullable()
      .optional(),
    upload_max_bytes: z.int().min(1).max(LIMITS.uploadMaxBytes).optional(),
    who_can_post: z.enum(['all', 'admins']).optional(),
    access: z.enum(['open', 'invite']).optional(),
  })
  .refine((patch) => Object.keys(patch).length > 0, 'Name at least one field to change.')
  .meta({ minProperties: 1 });
export const TargetBody = z.strictObject({ user_id: Id, reason: lineString(LIMITS.reasonMax).optional() });
export const InviteBody = z.strictObject({
  expires_in: z.int().min(60).max(LIMITS.inviteExpiresMaxSeconds).optional(),
  max_uses: z.int().min(1).max(LIMITS.inviteMaxUses).optional(),
});
/** As it is typed: what is no code is simply not found, but it has to be something that can be looked up. */
export const InviteCode = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII');
export const JoinGroupBody = z.strictObject({ invite: InviteCode.optional() });
export const CreateDmBody = z.strictObject({ user_id: Id });

/** RFC 4648 section 4, with padding. What the bytes mean is between the clients: the server gives them back as they came. */
const Encryption = z
  .string()
  .min(1)
  .max(LIMITS.encryptionMax)
  .regex(
    /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
    'must be base64 with its padding',
  )
  .meta({ description: 'Base64, opaque to the server. `content` is then null.' });

const MessageText = messageString(LIMITS.messageTextMax);

export const TextContent = z.strictObject({ text: MessageText });
export const MediaContent = z.strictObject({ media_id: Id, text: MessageText.optional() });

export const ClientId = z
  .string()
  .min(1)
  .max(LIMITS.clientIdMax)
  .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII');

const sendFields = {
  client_id: ClientId.optional(),
  reply_to: Id.nullable().optional(),
};
/** Content beside `encryption` is not kept: the server could read it. */
const textOrEncryption = {
  content: TextContent.nullable().optional(),
  encryption: Encryption.nullable().optional(),
};
type Sealable = { content?: unknown; encryption?: unknown };
function requireOne({ content, encryption }: Sealable, context: z.core.$RefinementCtx): void {
  if (content || encryption) return;
  context.addIssue({
    code: 'custom',
    path: ['content'],
    message: 'is missing, and there is no encryption instead',
  });
}
/** What `requireOne` checks, for the document: a refinement says nothing there. */
const ONE_OF_BOTH = {
  anyOf: [
    { required: ['content'], properties: { content: { type: 'object' } } },
    { required: ['encryption'], properties: { encryption: { type: 'string' } } },
  ],
} as const;
const sendText = { type: z.literal('text'), ...textOrEncryption };
const sendMedia = {
  type: z.enum(['image', 'video', 'audio', 'file']),
  content: MediaContent,
  encryption: z.null().optional(),
};

/** The payload of the `message` push. */
export const MessagePush = z.discriminatedUnion('type', [
  z
    .strictObject({ ...sendText, ...sendFields })
    .superRefine(requireOne)
    .meta(ONE_OF_BOTH),
  z.strictObject({ ...sendMedia, ...sendFields }),
]);
const target = { group_id: Id.optional(), dm_id: Id.optional() };
/** The last check of `SendBody`, for the document. */
const ONE_TARGET = { oneOf: [{ required: ['group_id'] }, { required: ['dm_id'] }] };
/** The body of POST /messages/send. */
export const SendBody = z
  .discriminatedUnion('type', [
    z
      .strictObject({ ...target, ...sendText, ...sendFields })
      .superRefine(requireOne)
      .meta({ ...ONE_OF_BOTH, ...ONE_TARGET }),
    z.strictObject({ ...target, ...sendMedia, ...sendFields }).meta(ONE_TARGET),
  ])
  .refine(
    (body) => (body.group_id === undefined) !== (body.dm_id === undefined),
    'name either group_id or dm_id',
  );

export const EditBody = z.strictObject(textOrEncryption).superRefine(requireOne).meta(ONE_OF_BOTH);
export const EditPush = z.strictObject({ id: Id, ...textOrEncryption }).superRefine(requireOne);
export const DeletePush = z.strictObject({ id: Id });
/** Built at run time: an engine that lacks the `v` flag (Hermes) would refuse the whole file for a literal. */
function oneEmoji(): RegExp {
  try {
    return /^(?:\p{RGI_Emoji}|[\p{Emoji_Presentation}\p{Extended_Pictographic}]\ufe0f?)$/v;
  } catch {
    const part = '[\\p{Emoji_Presentation}\\p{Extended_Pictographic}]\\ufe0f?\\p{Emoji_Modifier}?';
    return new RegExp(`^(?:${part}(?:\\u200d${part})*|\\p{Regional_Indicator}{2})$`, 'u');
  }
}
/** One emoji: a grapheme that shows as a picture (UTS #51), at most 64 bytes. */
export const Emoji = z.string().max(LIMITS.emojiMaxBytes).regex(oneEmoji(), 'must be one emoji');
export const ReactPush = z.strictObject({ id: Id, emoji: Emoji, on: z.boolean() });
export const TypingPush = z.strictObject({ on: z.boolean() });
export const SeqPush = z.strictObject({ seq });
export const PingPush = z.strictObject({});
const pageSize = integerParameter(1, LIMITS.pageMax);
export const HistoryPush = z.strictObject({
  before: seq.optional(),
  after: seq.optional(),
  limit: z.int().min(1).max(LIMITS.pageMax).optional(),
});

/** How far a client holds a log: the `seq` of its newest event, and which event that is (spec LOG-14). */
const position = { last_seq: seq, last_id: Id.nullish() };
export const ConversationJoin = z.strictObject({ ...position, last_seq: seq.optional() });
export const UserJoin = z.strictObject({
  resume: z.record(z.string().max(LIMITS.topicMax), z.union([seq, z.strictObject(position)])).optional(),
});

/** What the answer before gave out, unchanged: its content is the server's. */
const Cursor = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[A-Za-z0-9_-]+$/, 'take it from the page before, unchanged')
  .meta({ format: 'cursor' });
const seqQuery = integerParameter(0);
export const PageQuery = z.strictObject({
  limit: pageSize.optional(),
  cursor: Cursor.optional(),
});
export const MembersQuery = z.strictObject({
  ...PageQuery.shape,
  online: z.enum(['true', 'false']).optional(),
});
export const HistoryQuery = z.strictObject({
  before: seqQuery.optional(),
  after: seqQuery.optional(),
  limit: pageSize.optional(),
});
export const EventsQuery = z.strictObject({
  after: seqQuery.optional(),
  limit: integerParameter(1, LIMITS.eventsPerPage).optional(),
});
export const SearchQuery = z.strictObject({
  q: boundedString({ min: 1, max: LIMITS.searchQueryMax }),
  group_id: Id.optional(),
  dm_id: Id.optional(),
  limit: pageSize.optional(),
  cursor: Cursor.optional(),
});
