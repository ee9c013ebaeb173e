import type { SystemContent } from '@tpx/protocol';

/** A system notice as a sentence. `name` gives a user's name for an id. */
export function noticeSentence(content: SystemContent, name: (userId: string) => string): string {
  const actor = name(content.actor_id);
  const subject = content.user_id === undefined ? actor : name(content.user_id);
  const alone = content.user_id === undefined || content.user_id === content.actor_id;
  switch (content.event) {
    case 'member_joined':
      return alone ? `${subject} joined.` : `${actor} added ${subject}.`;
    case 'member_left':
      return `${subject} left.`;
    case 'member_kicked':
      return `${actor} removed ${subject}.`;
    case 'member_banned':
      return `${actor} banned ${subject}.`;
    case 'member_unbanned':
      return `${actor} lifted the ban of ${subject}.`;
    case 'admin_changed':
      return content.role === 'admin'
        ? `${actor} made ${subject} an admin.`
        : `${subject} is no longer an admin.`;
    case 'owner_changed':
      return `${subject} is the owner now.`;
    case 'group_updated':
      return `${actor} changed ${changedFields(content.changes)}.`;
    case 'photo_updated':
      return `${actor} changed the photo.`;
    case 'message_edited':
      return `${actor} edited a message of somebody else.`;
    case 'message_deleted':
      return `${actor} deleted a message of somebody else.`;
    case 'message_pinned':
      return `${actor} pinned a message.`;
    case 'message_unpinned':
      return `${actor} took a pin away.`;
    default:
      // Of a newer server: the event's own name is better than silence.
      return `${actor}: ${String((content as { event: unknown }).event)}`;
  }
}

function changedFields(changes: Record<string, unknown> = {}): string {
  const fields = Object.entries(changes).map(([field, value]) => {
    const label = field.replaceAll('_', ' ');
    return typeof value === 'string' && value !== '' ? `the ${label} to “${value}”` : `the ${label}`;
  });
  return fields.length > 0 ? fields.join(', ') : 'the group';
}
