import type { Command } from './command.ts';

/** `/dm <user> [text]`. A secret may be left out: it is asked for. */
export function usageOf({ name, args }: Pick<Command, 'name' | 'args'>): string {
  return [
    `/${name}`,
    ...args.map(({ name, kind, optional }) => (optional || kind === 'secret' ? `[${name}]` : `<${name}>`)),
  ].join(' ');
}
