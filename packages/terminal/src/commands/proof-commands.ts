import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { type AuditEntryObject, findBrokenAuditEntry } from '@tpx/protocol';
import { eachPage } from '@tpx/sdk';
import { command } from './command.ts';
import type { CommandContext } from './command-context.ts';
import { dayAndClock } from './message-text.ts';
import { requireCurrent } from './permission.ts';
import { verifyHistory } from './verify-history.ts';

const SHOWN_MAX = 20;

export const PROOF_COMMANDS = [
  command({
    name: 'verify',
    aliases: [],
    args: [{ name: 'scope', kind: 'word', choices: ['all'], optional: true }],
    help: 'Ask the server for the log, and prove that what you see has no gap and is what it says.',
    details: 'It checks what is loaded here; /verify all reads the log from its beginning.',
    permission: { needs: 'conversation', right: 'read' },
    run: async (context, { scope }) => await verifyHistory(context, requireCurrent(context), scope === 'all'),
    show: ({ first_seq, last_seq, events, messages, hidden, differences }) => {
      const kept = hidden === 0 ? '' : `, and ${hidden} hidden of whom you have blocked`;
      const head = `Events #${first_seq} to #${last_seq}: ${events}; messages shown of them: ${messages}${kept}.`;
      if (differences.length === 0) return [head, 'No gap, and everything as the log has it.'];
      return [
        head,
        ...differences
          .slice(0, SHOWN_MAX)
          .map(({ seq, what }) => ({ kind: 'error' as const, text: `#${seq} ${what}` })),
        ...(differences.length > SHOWN_MAX ? [`and ${differences.length - SHOWN_MAX} more`] : []),
      ];
    },
  }),
  command({
    name: 'audit',
    aliases: [],
    args: [],
    help: 'What was done with rights in the open group, and whether its chain of hashes is whole.',
    details:
      'Each entry carries the hash of the one before: nothing in it can be changed or taken out unseen.',
    permission: { needs: 'group', right: 'read_audit' },
    async run(context) {
      const entries = await wholeAudit(context, requireCurrent(context).id);
      const broken = await findBrokenAuditEntry(entries, (text) => bytesToHex(sha256(utf8ToBytes(text))));
      await context.learn(
        entries
          .slice(-SHOWN_MAX)
          .flatMap(({ actor_id, target_id }) => (target_id ? [actor_id, target_id] : [actor_id])),
      );
      return { entries, broken_at: broken === -1 ? null : broken, last_hash: entries.at(-1)?.hash ?? null };
    },
    show: ({ entries, broken_at, last_hash }, { name }) => [
      ...entries.slice(-SHOWN_MAX).map((entry) => auditLine(entry, name)),
      broken_at === null
        ? `${entries.length} entries, the chain is whole. Its last hash: ${last_hash ?? 'none yet'}`
        : { kind: 'error', text: `The chain is broken at entry ${broken_at + 1} of ${entries.length}.` },
    ],
  }),
] as const;

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

function auditLine(
  { at, actor_id, action, target_id, details }: AuditEntryObject,
  name: (id: string) => string,
): string {
  const target = target_id === null ? '' : ` ${name(target_id)}`;
  const more = Object.keys(details).length === 0 ? '' : ` ${JSON.stringify(details)}`;
  return `${dayAndClock(at)} ${name(actor_id)}: ${action.replaceAll('_', ' ')}${target}${more}`;
}
