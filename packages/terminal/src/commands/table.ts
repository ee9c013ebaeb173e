import { ACCOUNT_COMMANDS } from './account-commands.ts';
import { AUDIT_COMMANDS } from './audit-commands.ts';
import type { Command } from './command.ts';
import { CONVERSATION_COMMANDS } from './conversation-commands.ts';
import { EXPORT_COMMANDS } from './export-commands.ts';
import { GROUP_COMMANDS } from './group-commands.ts';
import { helpCommand, type Subject } from './help-command.ts';
import { HISTORY_COMMANDS } from './history-commands.ts';
import { LAG_COMMAND } from './lag-command.ts';
import { MESSAGE_COMMANDS } from './message-commands.ts';
import { MODERATION_COMMANDS } from './moderation-commands.ts';
import { NOTIFY_COMMANDS } from './notify-commands.ts';
import { OUTBOX_COMMANDS } from './outbox-commands.ts';
import { PEOPLE_COMMANDS } from './people-commands.ts';
import { PIN_COMMANDS } from './pin-commands.ts';
import { PROFILE_COMMANDS } from './profile-commands.ts';
import { PROOF_COMMANDS } from './proof-commands.ts';
import { TERMINAL_COMMANDS } from './terminal-commands.ts';

/** Every command that there is, as the manual has them. */
export const SUBJECTS: readonly Subject[] = [
  { title: 'Account', commands: [...ACCOUNT_COMMANDS, ...PROFILE_COMMANDS] },
  { title: 'Conversations', commands: CONVERSATION_COMMANDS },
  { title: 'Messages', commands: [...MESSAGE_COMMANDS, ...OUTBOX_COMMANDS, ...PIN_COMMANDS] },
  {
    title: 'History',
    commands: [...HISTORY_COMMANDS, ...EXPORT_COMMANDS, ...PROOF_COMMANDS, ...AUDIT_COMMANDS],
  },
  { title: 'People', commands: PEOPLE_COMMANDS },
  { title: 'Groups', commands: [...GROUP_COMMANDS, ...MODERATION_COMMANDS] },
  { title: 'What calls you', commands: NOTIFY_COMMANDS },
  { title: 'This terminal', commands: [helpCommand(() => SUBJECTS), LAG_COMMAND, ...TERMINAL_COMMANDS] },
];

export const COMMANDS: readonly Command[] = SUBJECTS.flatMap(({ commands }) => commands);
