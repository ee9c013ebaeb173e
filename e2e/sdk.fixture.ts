import { Client, type ClientOptions, type Conversation, MemoryStorage } from '@tpx/sdk';
import { TEST_PASSWORD, until } from '@tpx/testkit';

/** A signed-in, connected client of a new account. */
export async function newClient(
  server: { url: string },
  name: string,
  options: Partial<ClientOptions> = {},
): Promise<Client> {
  const client = new Client({ serverUrl: server.url, storage: new MemoryStorage(), ...options });
  await client.register({ username: `${name}-${crypto.randomUUID().slice(0, 8)}`, password: TEST_PASSWORD });
  await online(client);
  return client;
}

/** One more device of the same account. */
export async function sameAccount(
  server: { url: string },
  client: Client,
  options: Partial<ClientOptions> = {},
) {
  const device = new Client({ serverUrl: server.url, storage: new MemoryStorage(), ...options });
  await device.login({ username: client.me.username ?? '', password: TEST_PASSWORD });
  await online(device);
  return device;
}

/** Connects, and waits for the user's join. */
export async function online(client: Client): Promise<void> {
  const joined = new Promise<void>((resolve) => {
    const stop = client.events.on('connection', ({ state }) => {
      if (state !== 'online') return;
      stop();
      resolve();
    });
  });
  client.connect();
  await joined;
}

export const textsOf = (conversation: Conversation) =>
  conversation.messages
    .filter(({ type }) => type === 'text')
    .map(({ content }) => (content as { text: string }).text);

/** A DM as both see it, joined by both. */
export async function dmBetween(one: Client, other: Client): Promise<[Conversation, Conversation]> {
  const mine = await one.openDm(other.me.id);
  const theirs = await until(() => other.conversation(mine.topic), {
    what: 'the DM to be told to the other side',
  });
  await Promise.all([mine.ready(), theirs.ready()]);
  return [mine, theirs];
}

/** A WebSocket that remembers what was sent on each connection. */
export function recordingWebSocket() {
  const connections: string[][] = [];
  class RecordingWebSocket extends WebSocket {
    readonly #sent: string[] = [];

    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      connections.push(this.#sent);
    }

    override send(data: string): void {
      this.#sent.push(data);
      super.send(data);
    }
  }
  return { WebSocket: RecordingWebSocket, connections };
}

/** The events of the frames, in order, without heartbeats: `phx_join user`, `message dm`. */
export function eventsOf(frames: readonly string[]): string[] {
  return frames
    .map((frame) => JSON.parse(frame) as [string, string, string, string, unknown])
    .filter(([, , topic]) => topic !== 'phoenix')
    .map(([, , topic, event]) => `${event} ${topic.split(':')[0]}`);
}
