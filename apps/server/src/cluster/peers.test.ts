import { expect, test } from 'bun:test';
import { InProcessHub } from './in-process-bus.ts';
import { Peers } from './peers.ts';

/** Two nodes on one bus, with one clock, whose beats and looks the test makes itself. */
function pair() {
  const hub = new InProcessHub();
  const clock = { now: 0 };
  const node = (nodeId: string) => {
    const bus = hub.join();
    const told = { doubts: 0, gone: [] as string[], left: [] as string[] };
    const peers = new Peers(
      {
        bus,
        nodeId,
        doubt: () => told.doubts++,
        gone: (id) => told.gone.push(id),
        left: (id) => told.left.push(id),
      },
      () => clock.now,
    );
    return { bus, peers, told };
  };
  const [a, b] = [node('a'), node('b')];
  return {
    a,
    b,
    /** Time passes for both, and both do what they do every 1.5 s. */
    async pass(times = 1, beating = [a, b]) {
      for (let n = 0; n < times; n++) {
        clock.now += 1_500;
        for (const { peers } of beating) peers.beat();
        // What was published arrives in a turn of its own.
        await Bun.sleep(0);
        for (const { peers } of beating) peers.look();
      }
    },
    clock,
    [Symbol.dispose]() {
      for (const { peers } of [a, b]) peers.close();
    },
  };
}

test('CLU-9 nodes that beat know each other and have nothing to doubt', async () => {
  using world = pair();
  await world.pass();
  const before = world.a.told.doubts;
  await world.pass(20);
  expect([world.a.peers.ids, world.b.peers.ids]).toEqual([['b'], ['a']]);
  expect(world.a.told).toEqual({ doubts: before, gone: [], left: [] });
});

test('CLU-9 one that says goodbye is gone at once, and nothing is doubted', async () => {
  using world = pair();
  await world.pass(2);
  const before = world.a.told.doubts;
  world.b.peers.close();
  await Bun.sleep(0);
  expect(world.a.told).toEqual({ doubts: before, gone: [], left: ['b'] });
});

test('CLU-9 one that is silent for 6 s is gone, and what it may not have told is looked for', async () => {
  using world = pair();
  await world.pass(2);
  const before = world.a.told.doubts;
  await world.pass(3, [world.a]);
  expect(world.a.told).toEqual({ doubts: before, gone: [], left: [] });
  await world.pass(1, [world.a]);
  expect(world.a.told).toEqual({ doubts: before + 1, gone: ['b'], left: [] });
});

test('CLU-9 a node that stood still takes nobody for gone, and doubts', async () => {
  using world = pair();
  await world.pass(2);
  const before = world.a.told.doubts;
  world.clock.now += 20_000;
  world.a.peers.look();
  expect(world.a.told).toEqual({ doubts: before + 1, gone: [], left: [] });
});

test('CLU-7 a beat that is missed is a reason to doubt', async () => {
  using world = pair();
  await world.pass(2);
  const before = world.a.told.doubts;
  const { publish } = world.b.bus;
  world.b.bus.publish = () => undefined;
  await world.pass();
  world.b.bus.publish = publish;
  await world.pass();
  expect(world.a.told).toEqual({ doubts: before + 1, gone: [], left: [] });
});

test('CLU-7 a node whose bus was away doubts when it is back, and so do those that hear it was', async () => {
  using world = pair();
  await world.pass(2);
  const [atA, atB] = [world.a.told.doubts, world.b.told.doubts];
  world.b.bus.turn(false);
  world.b.bus.turn(true);
  await Bun.sleep(0);
  expect([world.a.told.doubts, world.b.told.doubts]).toEqual([atA + 1, atB + 1]);
});

test('CLU-9 while the bus is away nobody is gone, and afterwards everybody has time to be heard', async () => {
  using world = pair();
  await world.pass(2);
  world.a.bus.turn(false);
  await world.pass(10, [world.a]);
  world.a.bus.turn(true);
  await world.pass(3, [world.a]);
  expect(world.a.told.gone).toEqual([]);
  await world.pass(1, [world.a]);
  expect(world.a.told.gone).toEqual(['b']);
});
