import { Refusal } from './errors.ts';

/**
 * The rights table (specification sections 4.2 and 7) as data: the server enforces it in one place, clients read it to
 * hide what is not allowed. `own` is what somebody may do to themselves or their own; `towards` names the roles that an
 * actor may act on.
 */
export const ROLES = ['owner', 'admin', 'user', 'banned'] as const;
export type Role = (typeof ROLES)[number];
/** `none`: never was in the group, or has left. */
export type Standing = Role | 'none';

type Right = { actors: readonly Role[]; towards?: Partial<Record<Role, readonly Standing[]>> };

const EVERY_MEMBER = ['owner', 'admin', 'user'] as const;
const STAFF = ['owner', 'admin'] as const;
const OWNER = ['owner'] as const;

export const RIGHTS = {
  read: { actors: EVERY_MEMBER },
  send: { actors: EVERY_MEMBER },
  /** Sending where the rules say who_can_post = admins, and editing there, which publishes a text as well. */
  send_restricted: { actors: STAFF },
  react: { actors: EVERY_MEMBER },
  edit_own: { actors: EVERY_MEMBER },
  delete_own: { actors: EVERY_MEMBER },
  /** The owner transfers the group first. */
  leave: { actors: ['admin', 'user'] },
  add: { actors: STAFF, towards: { owner: ['none'], admin: ['none'] } },
  invite: { actors: STAFF },
  kick: { actors: STAFF, towards: { owner: ['admin', 'user'], admin: ['user'] } },
  ban: { actors: STAFF, towards: { owner: ['admin', 'user', 'none'], admin: ['user', 'none'] } },
  unban: { actors: STAFF, towards: { owner: ['banned'], admin: ['banned'] } },
  /** Somebody who has left has standing `none`: their messages can be deleted too. */
  delete_other: {
    actors: STAFF,
    towards: { owner: ['admin', 'user', 'banned', 'none'], admin: ['user', 'banned', 'none'] },
  },
  set_photo: { actors: STAFF },
  /** Pinning and unpinning in a group; in a DM both sides may. */
  pin: { actors: STAFF },
  read_audit: { actors: STAFF },
  set_rules: { actors: OWNER },
  promote: { actors: OWNER, towards: { owner: ['user'] } },
  demote: { actors: OWNER, towards: { owner: ['admin'] } },
  transfer: { actors: OWNER, towards: { owner: ['admin', 'user'] } },
  delete_group: { actors: OWNER },
} as const satisfies Record<string, Right>;

export type Action = keyof typeof RIGHTS;
export const ACTIONS = Object.keys(RIGHTS) as Action[];

const PUBLISHING: ReadonlySet<Action> = new Set<Action>(['send', 'edit_own']);

/** The right that an action needs in a group with these rules. */
export function rightUnderRules(action: Action, whoCanPost: 'all' | 'admins'): Action {
  return whoCanPost === 'admins' && PUBLISHING.has(action) ? 'send_restricted' : action;
}

/** Whether `actor` may do `action`, and, where the action has a target, do it to somebody of standing `target`. */
export function mayDo(actor: Standing, action: Action, target?: Standing): boolean {
  const right: Right = RIGHTS[action];
  if (actor === 'none' || !right.actors.includes(actor)) return false;
  if (!right.towards) return true;
  return target !== undefined && (right.towards[actor]?.includes(target) ?? false);
}

/** Whether `actor` may do `action` at all: to somebody at least, where it has a target. */
export function hasRight(actor: Standing, action: Action): boolean {
  return RIGHTS[action].actors.some((role) => role === actor);
}

/** @throws {Refusal} banned, not_member or forbidden, where `mayDo` says no; conflict for an owner who leaves */
export function requireRight(actor: Standing, action: Action, target?: Standing): void {
  if (!mayDo(actor, action, target)) throw refusalOf(actor, action, target);
}

/** The same, while it is open whom it would befall. @throws {Refusal} */
export function requireRightAtAll(actor: Standing, action: Action): void {
  if (!hasRight(actor, action)) throw refusalOf(actor, action);
}

function refusalOf(actor: Standing, action: Action, target?: Standing): Refusal {
  if (actor === 'banned') return new Refusal('banned');
  if (actor === 'none') return new Refusal('not_member');
  if (actor === 'owner' && action === 'leave') {
    return new Refusal('conflict', 'You own this group. Transfer it to another member first, or delete it.');
  }
  const who = RIGHTS[action].actors.map((role) => (role === 'user' ? 'members' : `${role}s`)).join(' and ');
  return new Refusal(
    'forbidden',
    `Only ${who} may do this${target ? ', and not to everybody' : ''}. You are ${actor}.`,
  );
}
