import { describe, expect, test } from 'bun:test';
import type { ConversationId, MessageObject } from '@tpx/protocol';
import type { Client, Conversation } from '@tpx/sdk';
import { openDatabase } from '@tpx/server/db/bun-database.ts';
import { loadLogPlaces } from '@tpx/server/messages/event-identity.ts';
import { startServer, until } from '@tpx/testkit';
import { dmBetween, newClient, textsOf } from './sdk.fixture.ts';
import { hasStandby, StandbyPair } from './standby-pair.fixture.ts';

const textOf = ({ content }: MessageObject) => (content as { text: string }).text;

async function say(conversation: Conversation, other: Conversation, ...texts: string[]): Promise<void> {
  for (const text of texts) await conversation.sendText(text);
  await until(() => textsOf(other).slice(-texts.length).join() === texts.join(), { what: texts.join() });
}

/** What becomes of a client from now on: lost messages that it reports, pages fetched anew, connections lost. */
function watch(client: Client) {
  const seen = { replaced: [] as string[][], pages: 0, lost: 0 };
  client.events.on('replaced', ({ gone }) => seen.replaced.push(gone.map(textOf)));
  client.events.on('history', () => seen.pages++);
  client.events.on('connection', ({ state }) => {
    if (state === 'waiting') seen.lost++;
  });
  return seen;
}

describe.skipIf(!hasStandby)('LOG-15 a standby is promoted behind a running node', () => {
  test.each([
    {
      lagged: true,
      name: 'one that lagged: what it lacks is gone at every client, and what is new reaches all',
    },
    { lagged: false, name: 'one that lost nothing: clients come back, and no client fetches anew' },
  ])(
    'LOG-15 $name',
    async ({ lagged }) => {
      await using pair = await StandbyPair.start();
      await using server = await startServer({ databaseUrl: pair.url });
      const alice = await newClient(server, 'alice');
      const bob = await newClient(server, 'bob');
      const [mine, theirs] = await dmBetween(alice, bob);
      await say(mine, theirs, 'kept 1', 'kept 2');
      await theirs.markRead();
      await pair.isLevel();
      if (lagged) {
        pair.cutReplication();
        await say(mine, theirs, 'lost 1', 'lost 2');
      }
      const standby = openDatabase({ url: pair.standbyUrl, connections: 1 });
      // What a standby lacks is not lost as long as it is one.
      await expect(loadLogPlaces(standby, [{ id: mine.id as ConversationId, seq: 1 }])).rejects.toMatchObject(
        {
          code: 'unavailable',
        },
      );
      await standby.close();
      const seen = [watch(alice), watch(bob)];

      await pair.promote();
      const cameBack = (one: ReturnType<typeof watch>) =>
        one.lost > 0 && one.replaced.length === (lagged ? 1 : 0);
      await until(() => seen.every(cameBack), { what: 'both to be sent back', timeoutMs: 30_000 });
      await Promise.all([mine.ready(), theirs.ready()]);
      await say(mine, theirs, 'new 1');
      await say(theirs, mine, 'new 2');
      for (const conversation of [mine, theirs]) {
        expect(textsOf(conversation)).toEqual(['kept 1', 'kept 2', 'new 1', 'new 2']);
        expect(conversation.messages.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
      }
      for (const { replaced, pages } of seen) {
        expect(replaced).toEqual(lagged ? [['lost 1', 'lost 2']] : []);
        if (!lagged) expect(pages).toBe(0);
      }
      await Promise.all([alice.close(), bob.close()]);
    },
    120_000,
  );
});
