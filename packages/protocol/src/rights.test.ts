import { expect, test } from 'bun:test';
import { Refusal } from './errors.ts';
import {
  ACTIONS,
  type Action,
  hasRight,
  mayDo,
  requireRight,
  requireRightAtAll,
  rightUnderRules,
  type Standing,
} from './rights.ts';

const STANDINGS: readonly Standing[] = ['owner', 'admin', 'user', 'banned', 'none'];

/** Who may do what has no target, from the contract's words. */
const PLAIN: Record<string, string> = {
  read: 'owner admin user',
  send: 'owner admin user',
  send_restricted: 'owner admin',
  react: 'owner admin user',
  edit_own: 'owner admin user',
  delete_own: 'owner admin user',
  leave: 'admin user',
  invite: 'owner admin',
  set_photo: 'owner admin',
  pin: 'owner admin',
  read_audit: 'owner admin',
  set_rules: 'owner',
  delete_group: 'owner',
};

/** Actor > targets, of what is done to somebody. */
const TARGETED: Record<string, string> = {
  add: 'owner>none admin>none',
  kick: 'owner>admin owner>user admin>user',
  ban: 'owner>admin owner>user owner>none admin>user admin>none',
  unban: 'owner>banned admin>banned',
  delete_other: 'owner>admin owner>user owner>banned owner>none admin>user admin>banned admin>none',
  promote: 'owner>user',
  demote: 'owner>admin',
  transfer: 'owner>admin owner>user',
};

test('GRP-1 the table has exactly the actions of the contract, and pinning', () => {
  expect([...Object.keys(PLAIN), ...Object.keys(TARGETED)].sort()).toEqual([...ACTIONS].sort());
});

test.each(Object.entries(PLAIN))('GRP-1 %s is allowed to %s and nobody else', (action, actors) => {
  const allowed = STANDINGS.filter((actor) => mayDo(actor, action as Action));
  expect(allowed.join(' ')).toBe(actors);
});

test('MSG-20 where only admins may post, sending and editing need the same right; all else stays', () => {
  const changed = ACTIONS.filter((action) => rightUnderRules(action, 'admins') !== action);
  expect(changed).toEqual(['send', 'edit_own']);
  expect(changed.map((action) => rightUnderRules(action, 'admins'))).toEqual([
    'send_restricted',
    'send_restricted',
  ]);
  expect(ACTIONS.filter((action) => rightUnderRules(action, 'all') !== action)).toEqual([]);
});

test.each(Object.entries(TARGETED))('GRP-1 %s is allowed as %s and not otherwise', (action, pairs) => {
  const allowed = STANDINGS.flatMap((actor) =>
    STANDINGS.filter((target) => mayDo(actor, action as Action, target)).map(
      (target) => `${actor}>${target}`,
    ),
  );
  expect(allowed.sort().join(' ')).toBe(pairs.split(' ').sort().join(' '));
});

test('GRP-1 what is done to somebody is refused while nobody is named', () => {
  for (const action of Object.keys(TARGETED)) expect(mayDo('owner', action as Action)).toBe(false);
});

test('GRP-2 nobody may act on the owner', () => {
  for (const actor of STANDINGS) {
    for (const action of Object.keys(TARGETED)) expect(mayDo(actor, action as Action, 'owner')).toBe(false);
  }
});

test('GRP-2 a refusal tells the banned, the stranger and the member apart', () => {
  const codeOf = (actor: Standing, action: Action) => {
    try {
      requireRight(actor, action);
      return 'ok';
    } catch (error) {
      return error instanceof Refusal ? error.code : 'not a refusal';
    }
  };
  expect(STANDINGS.map((standing) => codeOf(standing, 'set_rules'))).toEqual([
    'ok',
    'forbidden',
    'forbidden',
    'banned',
    'not_member',
  ]);
  expect(STANDINGS.map((standing) => codeOf(standing, 'read'))).toEqual([
    'ok',
    'ok',
    'ok',
    'banned',
    'not_member',
  ]);
});

test('GRP-2 a refusal names who may', () => {
  expect(() => requireRight('user', 'invite')).toThrow(/owner.*admin/);
});

test('GRP-1 who may do something to somebody has the right at all; nobody else has', () => {
  for (const action of ACTIONS) {
    for (const actor of STANDINGS) {
      const any = mayDo(actor, action) || STANDINGS.some((target) => mayDo(actor, action, target));
      expect({ action, actor, any: hasRight(actor, action) }).toEqual({ action, actor, any });
    }
  }
  expect(() => requireRightAtAll('admin', 'ban')).not.toThrow();
  expect(() => requireRightAtAll('user', 'ban')).toThrow('Only owners and admins may do this. You are user.');
  expect(() => requireRightAtAll('owner', 'leave')).toThrow('You own this group.');
});
