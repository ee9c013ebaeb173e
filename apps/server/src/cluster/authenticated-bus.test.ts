import { expect, test } from 'bun:test';
import { until } from '@tpx/testkit';
import { AuthenticatedBus } from './authenticated-bus.ts';
import { BusKeys } from './bus-keys.ts';
import { InProcessHub } from './in-process-bus.ts';

type Key = { kid: string; secret: Uint8Array };
const key = (kid: string, byte: number): Key => ({ kid, secret: new Uint8Array(32).fill(byte) });
const [old, fresh] = [key('old', 1), key('fresh', 2)];

/** A cluster on one hub, and an attacker who hears and publishes everything there but has no key. */
function world() {
  const hub = new InProcessHub();
  const attacker = hub.join();
  const recorded: string[] = [];
  attacker.subscribe('c.1', (line) => recorded.push(line));
  const alive: string[] = [];
  const node = (nodeId: string, shared: Key[] = [old], inDatabase: Key[] = shared) => {
    const loaded = [...shared];
    const seen = { heard: [] as string[], troubles: [] as string[], missed: 0, finds: 0, asked: 0 };
    const keys = new BusKeys({
      current: () => loaded.at(-1) ?? old,
      known: (_purpose, kid) => loaded.find((one) => one.kid === kid),
      async find(_purpose, kid) {
        seen.finds++;
        loaded.splice(0, loaded.length, ...inDatabase);
        return loaded.find((one) => one.kid === kid);
      },
    });
    alive.push(nodeId);
    const bus = new AuthenticatedBus({
      bus: hub.join(),
      nodeId,
      keys,
      alive: async () => {
        seen.asked++;
        return alive;
      },
      onTrouble: (sentence) => seen.troubles.push(sentence),
    });
    bus.onMissed(() => seen.missed++);
    bus.subscribe('c.1', (text) => seen.heard.push(text));
    bus.subscribe('c.2', (text) => seen.heard.push(text));
    return { bus, seen };
  };
  return { attacker, recorded, alive, node };
}

test('CLU-40 nothing is heard but what a node of the cluster published, unchanged and where it was published', async () => {
  const { attacker, recorded, node } = world();
  const [a, b] = [node('a'), node('b')];
  a.bus.publish('c.1', 'true');
  await until(() => b.seen.heard.length === 1, { what: 'the true line' });
  const line = recorded[0] ?? '';
  const [head = '', text = ''] = line.split('\n');
  const [kid, sender, number, mac] = head.split(' ');
  const forged = [
    'true',
    '',
    '\n',
    `logged 5 group message\n{"seq":5}`,
    `${head}\n${text}!`,
    `${head}`,
    `${kid} ${sender} ${Number(number) + 1} ${mac}\n${text}`,
    `${kid} b ${number} ${mac}\n${text}`,
    `${kid} ${sender} ${number} ${'A'.repeat(43)}\n${text}`,
    `${kid} ${sender} ${number} \n${text}`,
    `unknown ${sender} ${number} ${mac}\n${text}`,
    `${'x'.repeat(100_000)}\n${text}`,
  ];
  for (const each of forged) attacker.publish('c.1', each);
  // Where it was not published.
  attacker.publish('c.2', line);
  a.bus.publish('c.1', 'also true');
  await until(() => b.seen.heard.length === 2, { what: 'the second true line' });
  expect(b.seen.heard).toEqual(['true', 'also true']);
  expect(b.bus.traffic.refused).toBe(forged.length + 1);
  // Once a minute, however many they are.
  expect(b.seen.troubles).toHaveLength(1);
  expect(b.seen.missed).toBe(0);
});

test('CLU-41 a recorded line is taken no second time, neither of others nor of the node itself', async () => {
  const { attacker, recorded, node } = world();
  const [a, b] = [node('a'), node('b')];
  for (let n = 0; n < 10; n++) a.bus.publish('c.1', String(n));
  await until(() => b.seen.heard.length === 10 && recorded.length === 10, { what: 'all of them' });
  for (const line of recorded) attacker.publish('c.1', line);
  a.bus.publish('c.1', 'last');
  await until(() => b.seen.heard.includes('last'), { what: 'the last' });
  expect(b.seen.heard).toHaveLength(11);
  expect(a.seen.heard).toEqual([]);
  expect([a.bus.traffic.refused, b.bus.traffic.refused]).toEqual([10, 10]);
});

test('CLU-41 lines of a node that PostgreSQL does not have are dropped, whenever they were recorded', async () => {
  const { attacker, recorded, alive, node } = world();
  const [a, early] = [node('a'), node('early')];
  a.bus.publish('c.1', 'recorded');
  await until(() => early.seen.heard.length === 1, { what: 'the line' });
  alive.splice(alive.indexOf('a'), 1);
  const late = node('late');
  for (let n = 0; n < 50; n++) attacker.publish('c.1', recorded[0] ?? '');
  const c = node('c');
  c.bus.publish('c.1', 'alive');
  await until(() => late.seen.heard.length > 0, { what: 'the living node', timeoutMs: 5_000 });
  expect(late.seen.heard).toEqual(['alive']);
  expect(late.seen.asked).toBeLessThan(3);
});

test('CLU-40 keys change while lines of both are taken, and an unknown key is looked for in the database', async () => {
  const { node } = world();
  const [before, both, behind] = [
    node('before', [old]),
    node('both', [old, fresh]),
    node('behind', [old], [old, fresh]),
  ];
  before.bus.publish('c.1', 'by the old key');
  await until(() => both.seen.heard.length === 1 && behind.seen.heard.length === 1, { what: 'both to hear' });
  both.bus.publish('c.1', 'by the fresh key');
  await until(() => behind.seen.missed === 1, { what: 'the key to be found' });
  both.bus.publish('c.1', 'and again');
  await until(() => behind.seen.heard.includes('and again'), { what: 'the line by the new key' });
  expect(behind.seen.heard).toEqual(['by the old key', 'and again']);
  expect(behind.seen.finds).toBe(1);
  // What no database knows is no reason to doubt.
  expect([before.seen.finds, before.seen.missed, before.seen.heard]).toEqual([2, 0, []]);
});

test('CLU-41 what waits until a node is known is bounded, and what was refused is looked for', async () => {
  const { node } = world();
  const [a, b] = [node('a'), node('b')];
  for (let n = 0; n < 20; n++) a.bus.publish('c.1', `${n} ${'x'.repeat(999_000)}`);
  await until(() => b.seen.missed > 0, { what: 'it to be looked for' });
  expect(b.seen.heard.map((text) => text.split(' ')[0])).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
  a.bus.publish('c.1', 'after');
  await until(() => b.seen.heard.includes('after'), { what: 'what comes after' });
});
