import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { CuttableLink, hasNats, startNats, type TestNats, until } from '@tpx/testkit';
import { AuthenticatedBus } from './authenticated-bus.ts';
import type { Bus } from './bus.ts';
import { BusKeys } from './bus-keys.ts';
import { InProcessHub } from './in-process-bus.ts';
import { NatsBus } from './nats-bus.ts';

/** A bus under test: members of one cluster, and a way to cut one off. */
type World = AsyncDisposable & {
  join(): Promise<Bus>;
  /** A member, and what cuts it off and joins it again. */
  joinCuttable(): Promise<{ bus: Bus; cut(): void; heal(): void }>;
};

let nats: TestNats | undefined;
beforeAll(async () => {
  if (hasNats) nats = await startNats();
});
afterAll(() => nats?.stop());

const silent = () => undefined;

function inProcess(): World {
  const hub = new InProcessHub();
  return {
    join: async () => hub.join(),
    async joinCuttable() {
      const bus = hub.join();
      return { bus, cut: () => bus.turn(false), heal: () => bus.turn(true) };
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

function overNats(): World {
  const prefix = `test-${crypto.randomUUID()}`;
  const opened: AsyncDisposable[] = [];
  const open = async (url: string) => {
    const bus = await NatsBus.open({ url, prefix, name: 'test', onTrouble: silent });
    opened.push({ [Symbol.asyncDispose]: () => bus.close() });
    return bus;
  };
  return {
    join: () => open(nats?.url ?? ''),
    async joinCuttable() {
      const link = await CuttableLink.to(nats?.port ?? 0);
      const bus = await open(`nats://127.0.0.1:${link.port}`);
      opened.push(link);
      return { bus, cut: () => link.cut(), heal: () => link.heal() };
    },
    async [Symbol.asyncDispose]() {
      for (const resource of opened) await resource[Symbol.asyncDispose]();
    },
  };
}

/** The same bus where only nodes with the cluster's key are heard; every member is a living node. */
function authenticated(world: World): World {
  const key = { kid: 'one', secret: new Uint8Array(32).fill(7) };
  const keys = new BusKeys({ current: () => key, known: () => key, find: async () => key });
  const nodes: string[] = [];
  const wrap = (bus: Bus) => {
    const nodeId = crypto.randomUUID();
    nodes.push(nodeId);
    return new AuthenticatedBus({ bus, nodeId, keys, alive: async () => nodes, onTrouble: silent });
  };
  return {
    join: async () => wrap(await world.join()),
    async joinCuttable() {
      const { bus, ...link } = await world.joinCuttable();
      return { bus: wrap(bus), ...link };
    },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

describe.each([
  ['in process', inProcess, true],
  ['over NATS', overNats, hasNats],
  ['in process, authenticated', () => authenticated(inProcess()), true],
  ['over NATS, authenticated', () => authenticated(overNats()), hasNats],
] as const)('CLU-1 the bus %s', (_name, createWorld, isHere) => {
  const given = test.skipIf(!isHere);

  /** Listens, and gives what was heard so far. */
  async function listener(bus: Bus, subject: string): Promise<string[]> {
    const heard: string[] = [];
    bus.subscribe(subject, (text) => heard.push(text));
    expect(await bus.confirm()).toBe(true);
    return heard;
  }

  given('brings what is published to every other listener, in order, whole', async () => {
    await using world = createWorld();
    const [one, two, three] = [await world.join(), await world.join(), await world.join()];
    const [atTwo, atThree] = [await listener(two, 'c.1'), await listener(three, 'c.1')];
    const sent = Array.from({ length: 500 }, (_, n) => `${n} é\n"漢" 🎈`);
    for (const text of sent) one.publish('c.1', text);
    await until(() => atTwo.length === 500 && atThree.length === 500, { what: 'all to arrive' });
    expect(atTwo).toEqual(sent);
    expect(atThree).toEqual(sent);
  });

  given('never brings back what this node published itself, nor other subjects', async () => {
    await using world = createWorld();
    const [one, two] = [await world.join(), await world.join()];
    const [atOne, atTwo] = [await listener(one, 'c.1'), await listener(two, 'c.2')];
    one.publish('c.1', 'mine');
    one.publish('c.2', 'last');
    await until(() => atTwo.length > 0, { what: 'the last to arrive' });
    two.publish('c.1', 'theirs');
    await until(() => atOne.length > 0, { what: 'the answer to arrive' });
    expect(atOne).toEqual(['theirs']);
    expect(atTwo).toEqual(['last']);
  });

  given(
    'brings nothing after it is told to stop, and everything after it is told to listen again',
    async () => {
      await using world = createWorld();
      const [one, two] = [await world.join(), await world.join()];
      const first = await listener(two, 'c.1');
      const marker = await listener(two, 'marker');
      two.unsubscribe('c.1');
      await two.confirm();
      one.publish('c.1', 'unheard');
      one.publish('marker', 'now');
      await until(() => marker.length > 0, { what: 'the marker' });
      const second = await listener(two, 'c.1');
      one.publish('c.1', 'heard');
      await until(() => second.length > 0, { what: 'what is published after' });
      expect([first, second]).toEqual([[], ['heard']]);
    },
  );

  given('says that it is lost and that it is back, and has every subscription then', async () => {
    await using world = createWorld();
    const one = await world.join();
    const { bus: two, cut, heal } = await world.joinCuttable();
    const states: boolean[] = [];
    two.onState((isUp) => states.push(isUp));
    const heard = await listener(two, 'c.1');
    cut();
    await until(() => !two.isUp, { what: 'the loss to be noticed' });
    expect(await two.confirm()).toBe(false);
    two.subscribe('c.2', (text) => heard.push(text));
    two.publish('c.1', 'into the void');
    heal();
    await until(() => two.isUp, { what: 'the bus to be back' });
    one.publish('c.1', 'a');
    one.publish('c.2', 'b');
    await until(() => heard.length === 2, { what: 'both subscriptions to be heard on' });
    expect(heard.sort()).toEqual(['a', 'b']);
    expect(states).toEqual([false, true]);
  });

  given('hands over what was published before it closes', async () => {
    await using world = createWorld();
    const [one, two] = [await world.join(), await world.join()];
    const heard = await listener(two, 'c.1');
    for (let n = 0; n < 100; n++) one.publish('c.1', String(n));
    await one.close();
    await until(() => heard.length === 100, { what: 'all to arrive' });
    expect(await one.confirm()).toBe(false);
  });
});
