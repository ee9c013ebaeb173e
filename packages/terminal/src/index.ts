export * from './commands/command.ts';
export * from './commands/command-context.ts';
export * from './keys/input-event.ts';
export * from './ports.ts';
export * from './preferences/preferences.ts';
export * from './screen/screen.ts';
export * from './terminal.ts';
