import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import {
  type AuditEntryObject,
  auditHeadText,
  findBrokenAuditEntry,
  type GroupObject,
  type MessageContent,
  readAuditHead,
} from '@tpx/protocol';
import {
  type AuditComparison,
  type Conversation,
  compareAudit,
  eachPage,
  type WitnessedHead,
} from '@tpx/sdk';
import { UsageError } from '../language/usage-error.ts';
import { command, type Line } from './command.ts';
import type { CommandContext } from './command-context.ts';
import { requireConfirmed } from './confirm.ts';
import { dayAndClock } from './message-text.ts';
import { groupOf, requireCurrent } from './permission.ts';

const SHOWN_MAX = 20;

/** A log that was read, and what it was compared with. */
type AuditReport = {
  entries: AuditEntryObject[];
  /** Place of the first entry that does not follow from the one before, 0 being the first; null where all do. */
  broken_at: number | null;
  last_hash: string | null;
  compared: AuditComparison;
};

export const AUDIT_COMMANDS = [
  command({
    name: 'audit',
    aliases: [],
    args: [],
    help: 'What was done with rights in the open group, and whether the record is the one seen before.',
    details: `Each entry carries the hash of the one before, so none in the middle can be changed alone. A server could still drop the
last entries or compute all hashes anew: this device therefore remembers where the record ended each time you look, and
takes what owners and admins share with /audit share, and compares.`,
    permission: { needs: 'group', right: 'read_audit' },
    async run(context) {
      const report = await readReport(context, requireCurrent(context));
      const people = report.entries
        .slice(-SHOWN_MAX)
        .flatMap(({ actor_id, target_id }) => (target_id ? [actor_id, target_id] : [actor_id]));
      const sharers = witnessed(report.compared).flatMap(({ shared_by }) => shared_by ?? []);
      await context.learn([...people, ...sharers]);
      return report;
    },
    show: (report, { name }) => [
      ...report.entries.slice(-SHOWN_MAX).map((entry) => auditLine(entry, name)),
      ...verdict(report, name),
    ],
  }),
  command({
    name: 'audit share',
    aliases: [],
    args: [],
    help: 'Tell the open group where its audit log ends now, so that every client can compare with it later.',
    permission: { needs: 'group', right: 'read_audit' },
    async run(context) {
      const conversation = requireCurrent(context);
      const report = await readReport(context, conversation);
      requireWhole(report);
      const hash = report.last_hash;
      if (hash === null) throw new UsageError('The audit log has no entries yet: there is nothing to share.');
      const head = { count: report.entries.length, hash };
      await conversation.sendText(auditHeadText(head));
      return head;
    },
  }),
  command({
    name: 'audit accept',
    aliases: [],
    args: [],
    help: 'Take the audit log as it is now, and forget where it ended when you looked before.',
    details: 'For after a restored backup, which takes the last entries back. It asks first.',
    permission: { needs: 'group', right: 'read_audit' },
    async run(context) {
      const conversation = requireCurrent(context);
      const { id } = groupOf(conversation);
      const { entries, last_hash } = await readReport(context, conversation);
      const count = entries.length;
      await requireConfirmed(context, `Take the ${count} entries as they are now, whatever was seen before?`);
      const head = last_hash === null ? undefined : ownHead(count, last_hash);
      await context.client.auditWitness.accept(id, head);
      return { count, last_hash };
    },
    show: ({ count }) => [`From now on the ${count} entries as they are now are what /audit compares with.`],
  }),
] as const;

/** Reads and compares. What agrees is remembered; what contradicts is not, so that the warning stays. */
async function readReport(context: CommandContext, conversation: Conversation): Promise<AuditReport> {
  const { auditWitness } = context.client;
  const group = groupOf(conversation);
  const entries = await wholeAudit(context, group.id);
  const broken = await findBrokenAuditEntry(entries, (text) => bytesToHex(sha256(utf8ToBytes(text))));
  await auditWitness.remember(group.id, sharedHeads(conversation, group));
  const compared = compareAudit(entries, await auditWitness.heads(group.id));
  const last_hash = entries.at(-1)?.hash ?? null;
  const report = { entries, broken_at: broken === -1 ? null : broken, last_hash, compared };
  if (isWhole(report) && last_hash !== null)
    await auditWitness.remember(group.id, [ownHead(entries.length, last_hash)]);
  return report;
}

function ownHead(count: number, hash: string): WitnessedHead {
  return { count, hash, at: new Date().toISOString(), shared_by: null };
}

/** Only those who may read the log can know where it ends. */
function sharedHeads({ messages }: Conversation, { owner_id, admins }: GroupObject): WitnessedHead[] {
  return messages.flatMap(({ type, deleted, sender_id, content, created_at }) => {
    if (type !== 'text' || deleted || (sender_id !== owner_id && !admins.includes(sender_id))) return [];
    const head = readAuditHead((content as MessageContent | null)?.text ?? '');
    return head ? [{ ...head, at: created_at, shared_by: sender_id }] : [];
  });
}

async function wholeAudit(
  { client, progress }: CommandContext,
  groupId: string,
): Promise<AuditEntryObject[]> {
  const entries: AuditEntryObject[] = [];
  const pages = eachPage(
    (cursor) => client.rest.groups.audit(groupId, { limit: 100, cursor }),
    (page) => page.entries,
  );
  for await (const page of pages) {
    entries.push(...page.entries);
    progress(`${entries.length} entries read`);
  }
  return entries;
}

function isWhole({ broken_at, compared }: AuditReport): boolean {
  return broken_at === null && compared.cut.length === 0 && compared.rewritten.length === 0;
}

/** @throws {UsageError} */
function requireWhole(report: AuditReport): void {
  if (!isWhole(report))
    throw new UsageError('The audit log is not the one seen before: /audit shows what differs.');
}

function witnessed({ confirmed, cut, rewritten }: AuditComparison): WitnessedHead[] {
  return [...(confirmed ? [confirmed] : []), ...cut, ...rewritten];
}

function verdict(
  { entries, broken_at, last_hash, compared }: AuditReport,
  name: (id: string) => string,
): Line[] {
  const count = entries.length;
  if (broken_at !== null)
    return [{ kind: 'error', text: `The chain is broken at entry ${broken_at + 1} of ${count}.` }];
  const { confirmed, cut, rewritten } = compared;
  const lines: Line[] = [`${count} entries, the chain is whole. Its last hash: ${last_hash ?? 'none yet'}`];
  const [shortest] = cut;
  if (shortest)
    lines.push({
      kind: 'error',
      text: `The end was cut: ${seen(shortest, name)} ${shortest.count} entries on ${dayAndClock(shortest.at)}, now there are ${count}.`,
    });
  const [first] = rewritten;
  if (first)
    lines.push({
      kind: 'error',
      text: `Entries were rewritten: ${(confirmed?.count ?? 0) + 1} to ${first.count} are not those that ${seen(first, name)} on ${dayAndClock(first.at)}.`,
    });
  if (shortest || first)
    lines.push(
      'A restored backup takes entries back; ask who runs the server. /audit accept takes the log as it is now.',
    );
  lines.push(
    confirmed
      ? `Proven: entries 1 to ${confirmed.count} are those that ${seen(confirmed, name)} on ${dayAndClock(confirmed.at)}.`
      : 'This device has nothing to compare with yet: it remembers this end from now on.',
    'Not proven: that later entries are unchanged since they were written, and that nothing was left out when it happened.',
  );
  return lines;
}

function seen({ shared_by }: WitnessedHead, name: (id: string) => string): string {
  return shared_by === null ? 'you saw' : `${name(shared_by)} shared`;
}

function auditLine(
  { at, actor_id, action, target_id, details }: AuditEntryObject,
  name: (id: string) => string,
): string {
  const target = target_id === null ? '' : ` ${name(target_id)}`;
  const more = Object.keys(details).length === 0 ? '' : ` ${JSON.stringify(details)}`;
  return `${dayAndClock(at)} ${name(actor_id)}: ${action.replaceAll('_', ' ')}${target}${more}`;
}
