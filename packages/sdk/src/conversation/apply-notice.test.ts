import { describe, expect, test } from 'bun:test';
import type { ConversationObject, SystemContent } from '@tpx/protocol';
import { applyNotice } from './apply-notice.ts';
import { messageAt } from './message.fixture.ts';

const group: ConversationObject = {
  kind: 'group',
  id: 'g',
  name: 'Room',
  description: '',
  photo: null,
  owner_id: 'ann',
  admins: ['bob'],
  access: 'invite',
  who_can_post: 'all',
  messages_retention: null,
  upload_max_bytes: 1,
  member_count: 3,
  first_seq: 1,
  last_seq: 1,
  role: 'admin',
  created_at: '',
  updated_at: '',
};
const after = (content: SystemContent, me = 'bob') =>
  applyNotice(group, messageAt(2, { type: 'system', content }), me);

describe('SDK-13 system notices', () => {
  test('SDK-13 joins and departures count, and a gone admin is none', () => {
    expect(after({ event: 'member_joined', actor_id: 'dee' })).toMatchObject({ member_count: 4 });
    expect(after({ event: 'member_kicked', actor_id: 'ann', user_id: 'bob' })).toMatchObject({
      member_count: 2,
      admins: [],
    });
    expect(after({ event: 'member_banned', actor_id: 'ann', user_id: 'zoe' })).toMatchObject({
      member_count: 3,
    });
  });

  test('SDK-13 roles follow their notices, one’s own too', () => {
    expect(after({ event: 'admin_changed', actor_id: 'ann', user_id: 'cid', role: 'admin' })).toMatchObject({
      admins: ['bob', 'cid'],
      role: 'admin',
    });
    expect(after({ event: 'admin_changed', actor_id: 'ann', user_id: 'bob', role: 'user' })).toMatchObject({
      admins: [],
      role: 'user',
    });
    expect(after({ event: 'owner_changed', actor_id: 'ann', user_id: 'bob' })).toMatchObject({
      owner_id: 'bob',
      admins: ['ann'],
      role: 'owner',
    });
  });

  test('SDK-13 changes take over known fields and nothing that is fixed', () => {
    const changes = { name: 'Hall', id: 'other', nonsense: 1 };
    const changed = after({ event: 'group_updated', actor_id: 'ann', changes });
    expect(changed).toMatchObject({ name: 'Hall', id: 'g' });
    expect(changed).not.toHaveProperty('nonsense');
  });

  test('SDK-13 an ordinary message changes nothing', () => {
    expect(applyNotice(group, messageAt(2), 'bob')).toBe(group);
  });
});
