import type { ClientEvents, Connection } from '@tpx/sdk';
import { dayAndClock } from '../commands/message-text.ts';

/** What happens to the connection, the account and the conversations, in words: the same in pictures and in lines. */

/** A connection that comes and goes is told once each way. */
export function connectionSentences(): (connection: Connection) => string | undefined {
  let wasLost = false;
  return ({ state }) => {
    if (state === 'waiting' && !wasLost) {
      wasLost = true;
      return 'No connection. It comes back by itself; what you write is kept and sent then.';
    }
    if (state !== 'online' || !wasLost) return undefined;
    wasLost = false;
    return 'Connected again.';
  };
}

export function signedOutSentence({ reason }: ClientEvents['signed_out']): string {
  return reason === 'signed_out'
    ? 'Signed out. What was kept on this device is gone.'
    : 'This device was signed out. /login <username> signs it in again.';
}

export function refusedSentence({ error }: ClientEvents['refused']): string {
  return `The server does not want this client: ${error.message}. A newer version may help.`;
}

const HOW_IT_ENDED: Readonly<Record<string, string>> = {
  kicked: 'were removed from',
  banned: 'are banned from',
};

export function removedSentence(title: string, reason: string): string {
  if (reason === 'deleted') return `${title} was deleted.`;
  // Deleted while this device was away, or created after the backup that was restored.
  if (reason === 'not_found') return `${title} is not on the server any more.`;
  return `You ${HOW_IT_ENDED[reason] ?? 'are no longer in'} ${title}.`;
}

/** `gone`: messages that this device had and the server does not have any more. */
export function replacedSentence(gone: number): string {
  const what =
    'The server has another history than this device had: it was set back to a backup. It was fetched anew.';
  if (gone === 0) return what;
  const count = gone === 1 ? 'One message that was here is' : `${gone} messages that were here are`;
  return `${what} ${count} not on the server any more; this device keeps what it has of them, marked as gone.`;
}

export const GONE_MARK = 'gone: not on the server any more';

export function pingSentence(name: string): string {
  return `PING!!! from ${name}`;
}

/** At the end, of what was written and is not sent; undefined where all is. */
export function unsentSentence(unsent: number): string | undefined {
  if (unsent === 0) return undefined;
  const what = unsent === 1 ? 'One message is' : `${unsent} messages are`;
  return `${what} still to be sent, and will be the next time you start.`;
}

export function guessedSentence({ at }: ClientEvents['password_guessed']): string {
  return `Somebody guessed at your password many times (${dayAndClock(at)}) and was stopped. If it is a weak one, change it: /password`;
}
