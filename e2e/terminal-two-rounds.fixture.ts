import { expect } from 'bun:test';
import { createGroup, seededRandom, startServer, until } from '@tpx/testkit';
import { cliHome, type JsonEvent, jsonCli } from './cli.fixture.ts';
import { CutProxy } from './cut-proxy.fixture.ts';
import { signedIn } from './terminal.fixture.ts';

const NAMES = ['ann', 'bob'] as const;
/** As many as /history gives at once, so that whole transcripts are compared. */
const WRITTEN_MAX = 990;

type Trouble = { seed: number; seconds: number /** Between two messages, at most. */; pauseMs: number };

/**
 * Two clients, each behind a connection of its own that is cut and mended at random, both writing into one group. In the
 * end both hold the same messages in the same order, each exactly once, and `/verify` finds nothing.
 */
export async function twoInTrouble({ seed, seconds, pauseMs }: Trouble): Promise<void> {
  const random = seededRandom(seed);
  await using home = await cliHome();
  await using server = await startServer({ env: { TPX_RATE_LIMITS: 'off' } });
  const ways = await Promise.all(NAMES.map(() => CutProxy.to(server)));
  try {
    const people = await Promise.all(NAMES.map((name, index) => signedIn(home, ways[index] ?? server, name)));
    const [ann, bob] = people;
    if (!ann || !bob) throw new Error('Both should be signed in.');
    const group = await createGroup(ann, [bob], 'Storm');
    const clients = NAMES.map((name) => jsonCli(home, ['-P', name]));
    for (const client of clients) {
      await client.when('online', ({ state }) => state === 'online');
      await until(async () => (await client.command('open', { conversation: group.id })).ok, {
        what: 'the group',
      });
    }
    const written: string[] = [];
    const endsAt = performance.now() + seconds * 1000;
    while (performance.now() < endsAt && written.length < WRITTEN_MAX) {
      const who = random.below(clients.length);
      if (random.next() < 0.08) ways[random.below(ways.length)]?.cut();
      if (random.next() < 0.2) ways[random.below(ways.length)]?.mend();
      const text = `${NAMES[who]} ${written.length}`;
      written.push(text);
      expect(await clients[who]?.command('msg', { text })).toMatchObject({ ok: true });
      await Bun.sleep(random.below(pauseMs));
    }
    for (const way of ways) way.mend();
    const transcripts = await Promise.all(
      clients.map(async (client) => {
        let texts: string[] = [];
        await until(
          async () => {
            texts = textsOf(await client.command('history', { n: 1_000 }));
            return texts.length >= written.length;
          },
          { what: `all of ${written.length} messages (seed ${seed})`, timeoutMs: 60_000, everyMs: 500 },
        );
        return texts;
      }),
    );
    expect(transcripts[0]).toEqual(transcripts[1] ?? []);
    expect(transcripts[0]?.toSorted()).toEqual(written.toSorted());
    for (const client of clients) {
      expect(await client.command('verify', { scope: 'all' })).toMatchObject({
        ok: true,
        data: { differences: [] },
      });
      expect(await client.end()).toBe(0);
    }
  } finally {
    await Promise.all(ways.map((way) => way[Symbol.asyncDispose]()));
  }
}

function textsOf({ data }: JsonEvent): string[] {
  const { messages } = data as { messages: { type: string; content: { text?: string } | null }[] };
  return messages.filter(({ type }) => type === 'text').map(({ content }) => content?.text ?? '');
}
