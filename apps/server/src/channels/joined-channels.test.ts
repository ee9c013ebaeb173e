import { expect, test } from 'bun:test';
import type { Channel } from './channel.ts';
import { JoinedChannels } from './joined-channels.ts';

const channel = (topic: string, joinRef = '1'): Channel => ({ kind: 'user', topic, joinRef });

test('WS-6 a connection has each topic once, whether it has one or many', () => {
  const channels = new JoinedChannels();
  const held = () => [channels.size, channels.all().length];
  expect([channels.get('a'), ...held()]).toEqual([undefined, 0, 0]);
  channels.add(channel('a'));
  channels.add(channel('a', '2'));
  expect([channels.get('a')?.joinRef, channels.get('b'), ...held()]).toEqual(['2', undefined, 1, 1]);
  for (const topic of ['b', 'c', 'b']) channels.add(channel(topic, '3'));
  expect([channels.get('a')?.joinRef, channels.get('b')?.joinRef, ...held()]).toEqual(['2', '3', 3, 3]);
  for (const topic of ['a', 'b', 'none']) channels.remove(topic);
  expect([channels.get('a'), channels.get('c')?.topic, ...held()]).toEqual([undefined, 'c', 1, 1]);
  channels.clear();
  expect(held()).toEqual([0, 0]);
  channels.add(channel('a'));
  channels.remove('b');
  expect(held()).toEqual([1, 1]);
  channels.remove('a');
  expect(held()).toEqual([0, 0]);
});
