import type { Client, Connection, Conversation } from '@tpx/sdk';

/** Joined and caught up, or the connection is known to be away: what a command shows is then as good as it gets. */
export async function joined(conversation: Conversation, client: Client): Promise<void> {
  if (conversation.joined || isAway(client.connection)) return;
  await untilOr(conversation.ready(), client, isAway);
}

/** Connected, or known not to be for now. */
export async function settled(client: Client): Promise<void> {
  if (client.connection.state !== 'connecting') return;
  await untilOr(new Promise<void>(() => undefined), client, ({ state }) => state !== 'connecting');
}

function isAway({ state }: Connection): boolean {
  return state === 'offline' || state === 'waiting';
}

async function untilOr(
  done: Promise<void>,
  client: Client,
  fits: (connection: Connection) => boolean,
): Promise<void> {
  let stop: () => void = () => undefined;
  const changed = new Promise<void>((resolve) => {
    stop = client.events.on('connection', (connection) => fits(connection) && resolve());
  });
  await Promise.race([done, changed]);
  stop();
}
