import { isThisMachine } from '@tpx/protocol';

/** What to know before a password goes to this server; undefined where nobody can be in between. */
export function plainHttpWarning(serverUrl: string): string | undefined {
  const { protocol, hostname, host } = new URL(serverUrl);
  if (protocol === 'https:' || isThisMachine(hostname)) return undefined;
  return `Warning: the way to ${host} is not encrypted: anyone in between can read your password and every message. Use https:// where the server has it.`;
}
