import { ACCOUNT_COMMANDS } from './account-commands.ts';
import { APP_COMMANDS } from './app-commands.ts';
import type { Command } from './command.ts';
import { CONVERSATION_COMMANDS } from './conversation-commands.ts';
import { MESSAGE_COMMANDS } from './message-commands.ts';
import { PEOPLE_COMMANDS } from './people-commands.ts';

/** Every command that there is. */
export const COMMANDS: readonly Command[] = [
  ...ACCOUNT_COMMANDS,
  ...CONVERSATION_COMMANDS,
  ...MESSAGE_COMMANDS,
  ...PEOPLE_COMMANDS,
  ...APP_COMMANDS,
];
