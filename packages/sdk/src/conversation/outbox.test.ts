import { describe, expect, test } from 'bun:test';
import { type MessageObject, Refusal } from '@tpx/protocol';
import { FakeClock, seededRandom, seedOfThisRun, settle } from '@tpx/testkit';
import { MemoryStorage } from '../storage/memory-storage.ts';
import { NetworkError } from '../trouble.ts';
import { messageAt } from './message.fixture.ts';
import { Outbox, type OutboxEntry } from './outbox.ts';

const text = (value: string) => ({ type: 'text' as const, content: { text: value } });

function setUp(push: (entry: OutboxEntry) => Promise<MessageObject>, storage = new MemoryStorage()) {
  const clock = new FakeClock();
  const states: string[] = [];
  const tried: string[] = [];
  const outbox = new Outbox({
    topic: 'dm:1',
    storage,
    clock,
    random: () => 0.5,
    push: (entry) => {
      tried.push(entry.client_id);
      return push(entry);
    },
    onChange: (entry, message) => states.push(`${entry.client_id} ${message ? 'sent' : entry.state}`),
  });
  return { outbox, clock, states, storage, tried };
}

/** A server that keeps each client_id once, as the real one does. */
function server() {
  const log: string[] = [];
  const accept = (entry: OutboxEntry) => {
    if (!log.includes(entry.client_id)) log.push(entry.client_id);
    return messageAt(log.indexOf(entry.client_id) + 1, { client_id: entry.client_id });
  };
  return { log, accept };
}

describe('SDK-5 the outbox', () => {
  test('SDK-5 a message is stored before it is sent, and forgotten once acknowledged', async () => {
    const { log, accept } = server();
    let storedAtPush: string[] = [];
    const { outbox, storage, states } = setUp(async (entry) => {
      storedAtPush = await storage.list('outbox/');
      return accept(entry);
    });
    outbox.setOnline(true);
    await outbox.add('a', text('hello'));
    await settle();
    expect(storedAtPush).toEqual(['outbox/dm:1/a']);
    expect(await storage.list('outbox/')).toEqual([]);
    expect(states).toEqual(['a sending', 'a sent']);
    expect(log).toEqual(['a']);
  });

  test('SDK-5 the next process sends what the last one left, in order', async () => {
    const storage = new MemoryStorage();
    const before = setUp(async () => {
      throw new NetworkError('disconnected', '');
    }, storage);
    for (const id of ['z', 'b', 'm']) await before.outbox.add(id, text(id));
    const { log, accept } = server();
    const after = setUp(async (entry) => accept(entry), storage);
    await after.outbox.load();
    after.outbox.setOnline(true);
    await settle();
    expect(log).toEqual(['z', 'b', 'm']);
  });

  test('SDK-5 network trouble and retryable refusals are repeated, nothing overtakes', async () => {
    const { log, accept } = server();
    const trouble = [new NetworkError('timeout', ''), new Refusal('unavailable'), new Refusal('internal')];
    const { outbox, clock, tried } = setUp(async (entry) => {
      const next = trouble.shift();
      if (next) throw next;
      return accept(entry);
    });
    outbox.setOnline(true);
    await outbox.add('a', text('1'));
    await outbox.add('b', text('2'));
    await clock.run(10_000);
    expect(tried).toEqual(['a', 'a', 'a', 'a', 'b']);
    expect(log).toEqual(['a', 'b']);
  });

  test('SDK-5 rate_limited waits for as long as the server says', async () => {
    const { log, accept } = server();
    let refusals = 1;
    const { outbox, clock } = setUp(async (entry) => {
      if (refusals-- > 0) throw new Refusal('rate_limited', undefined, { retryAfterMs: 7_000 });
      return accept(entry);
    });
    outbox.setOnline(true);
    await outbox.add('a', text('1'));
    await clock.run(6_999);
    expect(log).toEqual([]);
    await clock.run(1);
    expect(log).toEqual(['a']);
  });

  test('SDK-5 any other refusal marks the message failed and the next goes on; resend and discard', async () => {
    const { log, accept } = server();
    let blocked = true;
    const { outbox, states, storage } = setUp(async (entry) => {
      if (blocked && entry.client_id !== 'c') throw new Refusal('blocked');
      return accept(entry);
    });
    outbox.setOnline(true);
    for (const id of ['a', 'b', 'c']) await outbox.add(id, text(id));
    await settle();
    expect(log).toEqual(['c']);
    expect(outbox.entries.map(({ state, error }) => [state, error?.code])).toEqual([
      ['failed', 'blocked'],
      ['failed', 'blocked'],
    ]);
    blocked = false;
    await outbox.resend('b');
    expect(await outbox.discard('a')).toBe(true);
    await settle();
    expect(log).toEqual(['c', 'b']);
    expect(states).toContain('b failed');
    expect(await storage.list('outbox/')).toEqual([]);
  });

  test('SDK-5 a message that the server breaks on fails after some tries, across connections; the next goes on', async () => {
    const { log, accept } = server();
    let broken = true;
    const { outbox, clock, tried } = setUp(async (entry) => {
      if (broken && entry.client_id === 'a') throw new Refusal('internal');
      return accept(entry);
    });
    outbox.setOnline(true);
    await outbox.add('a', text('1'));
    await outbox.add('b', text('2'));
    await clock.run(1_000);
    expect(outbox.entries.map(({ state }) => state)).toEqual(['sending', 'sending']);
    outbox.setOnline(false);
    await settle();
    outbox.setOnline(true);
    await clock.run(30_000);
    expect(tried).toEqual(['a', 'a', 'a', 'a', 'a', 'a', 'b']);
    expect(outbox.entries).toMatchObject([{ client_id: 'a', state: 'failed', error: { code: 'internal' } }]);
    broken = false;
    await outbox.resend('a');
    await clock.run(1_000);
    expect(log).toEqual(['b', 'a']);
  });

  test('SDK-5 an outage, however long, is waited for', async () => {
    const { log, accept } = server();
    let away = true;
    const { outbox, clock } = setUp(async (entry) => {
      if (away) throw new Refusal('unavailable');
      return accept(entry);
    });
    outbox.setOnline(true);
    await outbox.add('a', text('1'));
    await clock.run(600_000);
    away = false;
    await clock.run(10_000);
    expect(log).toEqual(['a']);
  });

  test('SDK-5 a refusal that cannot be stored is a failure all the same', async () => {
    const storage = new MemoryStorage();
    const { outbox } = setUp(async () => {
      storage.set = async () => {
        throw new Error('the disk is full');
      };
      throw new Refusal('blocked');
    }, storage);
    outbox.setOnline(true);
    await outbox.add('a', text('1'));
    await settle();
    expect(outbox.entries).toMatchObject([{ state: 'failed', error: { code: 'blocked' } }]);
  });

  test('SDK-5 what is being sent cannot be discarded', async () => {
    const { outbox } = setUp(() => new Promise(() => undefined));
    outbox.setOnline(true);
    await outbox.add('a', text('1'));
    expect(await outbox.discard('a')).toBe(false);
  });

  test('SDK-5 a message that comes back through the log needs no reply', async () => {
    const { outbox, states, clock, tried } = setUp(async () => {
      throw new NetworkError('disconnected', '');
    });
    outbox.setOnline(true);
    await outbox.add('a', text('1'));
    await settle();
    await outbox.acknowledge(messageAt(1, { client_id: 'a' }));
    await clock.run(60_000);
    expect(states).toEqual(['a sending', 'a sent']);
    expect(tried).toEqual(['a']);
  });

  test('SDK-5 a new connection is tried at once, whatever the back-off', async () => {
    const { log, accept } = server();
    let up = false;
    const { outbox } = setUp(async (entry) => {
      if (!up) throw new NetworkError('disconnected', '');
      return accept(entry);
    });
    outbox.setOnline(true);
    await outbox.add('a', text('1'));
    await settle();
    outbox.setOnline(false);
    await settle();
    up = true;
    outbox.setOnline(true);
    await settle();
    expect(log).toEqual(['a']);
  });

  test('SDK-5 any mix of lost requests, lost replies and restarts sends each once, in order', async () => {
    const seed = seedOfThisRun();
    const random = seededRandom(seed);
    for (let round = 0; round < 30; round++) {
      const { log, accept } = server();
      const storage = new MemoryStorage();
      const flaky = async (entry: OutboxEntry) => {
        if (random.next() < 0.3) throw new NetworkError('disconnected', 'lost on the way there');
        const message = accept(entry);
        if (random.next() < 0.3) throw new NetworkError('timeout', 'lost on the way back');
        return message;
      };
      const ids = Array.from({ length: 12 }, (_, index) => `m${index}`);
      const unsent = [...ids];
      for (let life = 0; life < 4; life++) {
        const { outbox, clock } = setUp(life < 3 ? flaky : async (entry) => accept(entry), storage);
        clock.advance(life * 60_000);
        await outbox.load();
        outbox.setOnline(true);
        for (const id of unsent.splice(0, 4)) await outbox.add(id, text(id));
        await clock.run(life < 3 ? random.below(1_500) : 60_000);
        outbox.setOnline(false);
        await settle();
      }
      expect(log, `seed ${seed}`).toEqual(ids);
    }
  });
});
