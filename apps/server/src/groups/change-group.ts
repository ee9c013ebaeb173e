import {
  type ConversationId,
  type GroupObject,
  type PatchGroupBody,
  Refusal,
  type UserId,
} from '@tpx/protocol';
import type { z } from 'zod';
import { recordAudit } from '../audit/record-audit.ts';
import type { Database, Queries } from '../db/database.ts';
import { announceAfterCommit } from '../fanout/announce-after-commit.ts';
import type { Announcer } from '../fanout/announcer.ts';
import { appendNotice } from '../messages/append.ts';
import { authorize, requireAction } from './authorize.ts';
import { requireGroupObject } from './group-object.ts';
import type { GroupState } from './group-state.ts';

type Deps = { database: Database; announcer: Announcer };
export type GroupPatch = z.output<typeof PatchGroupBody>;
type Fields = Omit<GroupPatch, 'photo_media_id'>;
type FieldName = keyof Fields;

/** What the audit log keeps of a change; a name and a description are in the log of the group itself. */
const RULES = [
  'messages_retention',
  'upload_max_bytes',
  'who_can_post',
  'access',
] as const satisfies FieldName[];

/**
 * Changes what is given: the photo is the staff's to change, everything else the owner's. What is as asked already
 * makes no notice.
 *
 * @throws {Refusal} invalid, not_found, not_member, banned, forbidden, unsupported_media
 */
export function changeGroup(
  deps: Deps,
  { groupId, actorId, patch }: { groupId: ConversationId; actorId: UserId; patch: GroupPatch },
): Promise<GroupObject> {
  const { photo_media_id: photo, ...given } = patch;
  const wanted = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  ) as Fields;
  const hasFields = Object.keys(wanted).length > 0;
  if (!hasFields && photo === undefined) throw new Refusal('invalid', 'Name at least one field to change.');

  return announceAfterCommit(deps, async (tx, later) => {
    const group = await authorize(tx, groupId, actorId, hasFields ? 'set_rules' : 'set_photo');
    if (photo !== undefined) requireAction(group, 'set_photo');
    if (photo) throw new Refusal('unsupported_media', 'This server does not take pictures yet.');

    const before = fieldsOf(group);
    const changes = differences(before, wanted);
    if (Object.keys(changes).length > 0) {
      await storeFields(tx, groupId, { ...before, ...changes });
      await recordRules(tx, group, actorId, before, changes);
      later.logged(await appendNotice(tx, groupId, { event: 'group_updated', actor_id: actorId, changes }));
      later.changed({ type: 'conversation_updated', conversationId: groupId });
    }
    if (photo === null && group.photoMediaId !== null) {
      await tx.query('UPDATE groups SET photo_media_id = NULL, updated_at = now() WHERE id = $1', [groupId]);
      later.logged(await appendNotice(tx, groupId, { event: 'photo_updated', actor_id: actorId }));
      later.changed({ type: 'conversation_updated', conversationId: groupId });
    }
    return requireGroupObject(tx, groupId, actorId);
  });
}

function fieldsOf(group: GroupState): Required<Fields> {
  return {
    name: group.name,
    description: group.description,
    messages_retention: group.messagesRetention,
    upload_max_bytes: group.uploadMaxBytes,
    who_can_post: group.whoCanPost,
    access: group.access,
  };
}

function differences(before: Required<Fields>, wanted: Fields): Fields {
  const names = Object.keys(wanted) as FieldName[];
  return Object.fromEntries(
    names.filter((name) => wanted[name] !== before[name]).map((name) => [name, wanted[name]]),
  ) as Fields;
}

async function storeFields(tx: Queries, groupId: ConversationId, fields: Fields): Promise<void> {
  await tx.query(
    `UPDATE groups SET name = $2, description = $3, messages_retention = $4, upload_max_bytes = $5, who_can_post = $6,
       access = $7, updated_at = now()
     WHERE id = $1`,
    [
      groupId,
      fields.name,
      fields.description,
      fields.messages_retention,
      fields.upload_max_bytes,
      fields.who_can_post,
      fields.access,
    ],
  );
}

async function recordRules(
  tx: Queries,
  group: GroupState,
  actorId: UserId,
  before: Required<Fields>,
  changes: Fields,
): Promise<void> {
  const changed = RULES.filter((name) => name in changes);
  if (changed.length === 0) return;
  const details = Object.fromEntries(
    changed.map((name) => [name, { from: before[name], to: changes[name] }]),
  );
  await recordAudit(tx, { groupId: group.id, actorId, action: 'set_rules', targetId: null, details });
}
