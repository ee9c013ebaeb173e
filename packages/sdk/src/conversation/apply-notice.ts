import type { ConversationObject, GroupObject, MessageObject, SystemContent } from '@tpx/protocol';

/**
 * What a system notice changes of the group that it stands in, so that a client that follows the log need not ask again
 * what the group looks like. Anything it does not know changes nothing.
 */
export function applyNotice(
  about: ConversationObject,
  message: MessageObject,
  me: string,
): ConversationObject {
  if (about.kind !== 'group' || message.type !== 'system' || message.content === null) return about;
  const { event, user_id, actor_id, role, changes } = message.content as SystemContent;
  const subject = user_id ?? actor_id;
  const updated_at = message.created_at;
  switch (event) {
    case 'member_joined':
      return { ...about, member_count: about.member_count + 1 };
    case 'member_banned':
      // Somebody who is not in the group can be banned too: only the server knows how many are left.
      return { ...about, admins: about.admins.filter((id) => id !== subject) };
    case 'member_left':
    case 'member_kicked': {
      const admins = about.admins.filter((id) => id !== subject);
      return { ...about, admins, member_count: Math.max(1, about.member_count - 1) };
    }
    case 'admin_changed': {
      const others = about.admins.filter((id) => id !== subject);
      const admins = role === 'admin' ? [...others, subject] : others;
      return { ...about, admins, ...(subject === me && role !== undefined && { role }) };
    }
    case 'owner_changed': {
      // The former owner becomes an admin.
      const admins = [...about.admins.filter((id) => id !== subject), about.owner_id];
      const mine = subject === me ? 'owner' : about.owner_id === me ? 'admin' : about.role;
      return { ...about, owner_id: subject, admins, role: mine };
    }
    case 'group_updated':
    case 'photo_updated':
      return Object.assign({}, about, known(about, changes), { updated_at });
    default:
      return about;
  }
}

/** Of `changes`, those that are fields of a group; ids and roles do not change this way. */
function known(
  about: ConversationObject,
  changes: Record<string, unknown> = {},
): Partial<ConversationObject> {
  const fixed = new Set(['id', 'kind', 'role', 'owner_id', 'admins', 'first_seq', 'last_seq']);
  return Object.fromEntries(
    Object.entries(changes).filter(([field]) => Object.hasOwn(about, field) && !fixed.has(field)),
  ) as Partial<GroupObject>;
}
