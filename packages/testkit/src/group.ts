import type { DmObject, GroupObject } from '@tpx/protocol';
import type { Person } from './person.ts';

/** A group of `owner` with `members` added by the owner; as it is once all are in. */
export async function createGroup(
  owner: Person,
  members: readonly Person[] = [],
  name = 'Room',
): Promise<GroupObject> {
  const created = await owner.api.call<{ group: GroupObject }>('POST', '/groups', { name });
  if (created.status !== 201)
    throw new Error(`Creating a group answered ${created.status}: ${show(created.body)}`);
  let { group } = created.body;
  for (const member of members) {
    const added = await owner.api.call<{ group: GroupObject }>('POST', `/groups/${group.id}/add`, {
      user_id: member.user.id,
    });
    if (added.status !== 200)
      throw new Error(`Adding ${member.username} answered ${added.status}: ${show(added.body)}`);
    group = added.body.group;
  }
  return group;
}

export async function createDm(one: Person, other: Person): Promise<DmObject> {
  const { status, body } = await one.api.call<{ dm: DmObject }>('POST', '/dms', { user_id: other.user.id });
  if (status !== 201 && status !== 200) throw new Error(`Opening a DM answered ${status}: ${show(body)}`);
  return body.dm;
}

function show(body: unknown): string {
  return JSON.stringify(body);
}
