import {
  type Action,
  type ConversationId,
  mayDo,
  Refusal,
  type RefusalCode,
  RIGHTS,
  requireRightAtAll,
  type Standing,
  type UserId,
} from '@tpx/protocol';
import type { Queries } from '../db/database.ts';
import { type GroupState, lockGroup, readGroupState } from './group-state.ts';

/** What is done to somebody. */
export type TargetedAction = {
  [Name in Action]: (typeof RIGHTS)[Name] extends { towards: object } ? Name : never;
}[Action];
type PlainAction = Exclude<Action, TargetedAction>;

/**
 * The one place where a permission is decided (spec GRP-1): locks the group until the commit, reads where the actor
 * stands, and asks the rights table.
 *
 * @throws {Refusal} not_found, not_member, banned, forbidden; conflict for an owner who leaves
 */
export async function authorize(
  tx: Queries,
  groupId: ConversationId,
  actorId: UserId,
  action: PlainAction,
): Promise<GroupState> {
  const group = await lockGroup(tx, groupId, actorId);
  requireAction(group, action);
  return group;
}

/** The same for what is done to somebody; also refuses with conflict or banned where their standing rules it out. */
export async function authorizeTowards(
  tx: Queries,
  groupId: ConversationId,
  actorId: UserId,
  action: TargetedAction,
  targetId: UserId,
): Promise<GroupState> {
  const group = await lockGroup(tx, groupId, actorId, targetId);
  requireTowards(action, group.actor, group.target);
  return group;
}

/** The same without a lock, for what changes nothing. */
export async function authorizeReading(
  queries: Queries,
  groupId: ConversationId,
  actorId: UserId,
  action: Action,
): Promise<GroupState> {
  const group = await readGroupState(queries, groupId, actorId);
  requireRightAtAll(group.actor, action);
  return group;
}

/** One more right of the actor of a group that is held already. */
export function requireAction(group: GroupState, action: PlainAction): void {
  requireRightAtAll(group.actor, action);
}

function requireTowards(action: TargetedAction, actor: Standing, target: Standing): void {
  requireRightAtAll(actor, action);
  if (mayDo(actor, action, target)) return;
  const obstacle = OBSTACLES[action]?.[target];
  if (obstacle) throw new Refusal(...obstacle);
  if (target === 'owner') throw new Refusal('forbidden', 'Nobody may do this to the owner of the group.');
  const who = RIGHTS[action].actors.filter((role) => mayDo(role, action, target));
  throw new Refusal(
    'forbidden',
    `Only the ${who.join(' or the ')} may do this to an ${target}. You are ${actor}.`,
  );
}

type Obstacle = [code: RefusalCode, message: string];

const NOT_A_MEMBER: Obstacle = ['conflict', 'This person is not in the group.'];
const MEMBER_ALREADY: Obstacle = ['conflict', 'This person is in the group already.'];
const NOT_BANNED: Obstacle = ['conflict', 'This person is not banned.'];

/** What no role could do: the target is not in the state that the action begins from. */
const OBSTACLES: Partial<Record<TargetedAction, Partial<Record<Standing, Obstacle>>>> = {
  add: {
    owner: MEMBER_ALREADY,
    admin: MEMBER_ALREADY,
    user: MEMBER_ALREADY,
    banned: ['banned', 'This person is banned from the group. Unban them first.'],
  },
  kick: { banned: NOT_A_MEMBER, none: NOT_A_MEMBER },
  ban: { banned: ['conflict', 'This person is banned already.'] },
  unban: { owner: NOT_BANNED, admin: NOT_BANNED, user: NOT_BANNED, none: NOT_BANNED },
  promote: {
    admin: ['conflict', 'This person is an admin already.'],
    banned: NOT_A_MEMBER,
    none: NOT_A_MEMBER,
  },
  demote: { user: ['conflict', 'This person is not an admin.'], banned: NOT_A_MEMBER, none: NOT_A_MEMBER },
  transfer: { banned: NOT_A_MEMBER, none: NOT_A_MEMBER },
};
