import type { Command } from './command.ts';

/** `/dm <user> [text]` */
export function usageOf({ name, args }: Pick<Command, 'name' | 'args'>): string {
  return [`/${name}`, ...args.map(({ name, optional }) => (optional ? `[${name}]` : `<${name}>`))].join(' ');
}
