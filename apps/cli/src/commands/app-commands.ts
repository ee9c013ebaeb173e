import { command } from './command.ts';
import { helpLines } from './help.ts';

export const APP_COMMANDS = [
  command({
    name: 'help',
    aliases: ['?'],
    args: [],
    help: 'This list',
    run: async () => ({ lines: helpLines() }),
    show: ({ lines }) => lines,
  }),
  command({
    name: 'quit',
    aliases: ['q', 'exit'],
    args: [],
    help: 'Leave; you stay signed in',
    async run(app) {
      app.quit();
      return {};
    },
  }),
] as const;
