import { command } from './command.ts';
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
    show: ({ first_seq, last_seq, events, messages, hidden, gone, differences }) => {
      const kept = hidden === 0 ? '' : `, and ${hidden} hidden of whom you have blocked`;
      const lost = gone === 0 ? '' : `; ${gone} more are marked as gone, and are on the server no more`;
      const head = `Events #${first_seq} to #${last_seq}: ${events}; messages shown of them: ${messages}${kept}${lost}.`;
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
] as const;
