import {
  type ConversationObject,
  type GroupObject,
  hasRight,
  mayDo,
  requireRightAtAll,
  rightUnderRules,
  type Standing,
} from '@tpx/protocol';
import { type Conversation, SignedOutError } from '@tpx/sdk';
import { UsageError } from '../language/usage-error.ts';
import type { Command } from './command.ts';
import type { CommandContext } from './command-context.ts';

/**
 * Whether the command may be offered here (spec TERM-16): somebody is signed in, the kind of conversation that it wants
 * is open, and the role there has the right.
 */
export function isAllowed({ permission }: Command, { client, current }: CommandContext): boolean {
  const { needs, right } = permission;
  if (needs === 'anybody') return true;
  if (client.isSignedIn === (needs === 'nobody')) return false;
  if (needs === 'nobody') return true;
  const about = current()?.about;
  if (needs !== 'account' && !about) return false;
  if (needs === 'group' && about?.kind !== 'group') return false;
  return (
    right === undefined ||
    about?.kind !== 'group' ||
    hasRight(standingOf(about), rightUnderRules(right, about.who_can_post))
  );
}

/**
 * The same as a refusal. `subject`: the conversation that is acted on, where the command names one.
 * @throws {UsageError} @throws {SignedOutError} @throws {Refusal}
 */
export function requireAllowed(command: Command, context: CommandContext, subject?: Conversation): void {
  const { needs, right } = command.permission;
  if (needs === 'anybody') return;
  if (needs === 'nobody') {
    requireSignedOut(context);
    return;
  }
  if (!context.client.isSignedIn) throw new SignedOutError('never_signed_in');
  const conversation = subject ?? context.current();
  if (needs !== 'account' && !conversation) throw noneOpen();
  if (needs === 'group' && conversation) groupOf(conversation);
  const about = conversation?.about;
  if (right !== undefined && about?.kind === 'group')
    requireRightAtAll(standingOf(about), rightUnderRules(right, about.who_can_post));
}

/** Whether the command's right reaches somebody of that standing; without a right it reaches everybody. */
export function isTarget(
  { permission: { right } }: Command,
  about: ConversationObject | undefined,
  target: Standing,
): boolean {
  if (right === undefined || about?.kind !== 'group') return true;
  return mayDo(standingOf(about), right, target);
}

/** @throws {UsageError} */
export function requireCurrent({ current }: CommandContext): Conversation {
  const conversation = current();
  if (!conversation) throw noneOpen();
  return conversation;
}

/** The group that a conversation is. @throws {UsageError} */
export function groupOf({ about }: Conversation): GroupObject {
  if (about.kind === 'group') return about;
  throw new UsageError('That is for groups, and a conversation of two is open: /open a group first.');
}

/** Signing somebody else in would end this account's session and outbox without a word. */
function requireSignedOut({ client }: CommandContext): void {
  if (!client.isSignedIn) return;
  throw new UsageError(
    `You are signed in as ${client.me.username}. /logout first, or take another profile for another account.`,
  );
}

function standingOf({ role }: GroupObject): Standing {
  return role ?? 'none';
}

function noneOpen(): UsageError {
  return new UsageError('No conversation is open: /dm <user>, /open <group>, or /groups to see all.');
}
