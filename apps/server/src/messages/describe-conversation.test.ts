import { expect, test } from 'bun:test';
import type { ConversationObject } from '@tpx/protocol';
import { liveGroup } from '../fanout/live-conversation.fixture.ts';
import { describeWith } from './describe-conversation.ts';

const named = (name: string) => ({ kind: 'group', name }) as ConversationObject;
const encoded = (name: string) => JSON.stringify(named(name)).slice(0, -1);

test('WS-7 a join that reads a group while it is renamed answers with the new name', async () => {
  const reads: PromiseWithResolvers<ConversationObject>[] = [];
  const describe = describeWith(() => {
    const read = Promise.withResolvers<ConversationObject>();
    reads.push(read);
    return read.promise;
  });
  const conversation = liveGroup();
  const asked = describe(conversation);
  conversation.description = undefined;
  reads[0]?.resolve(named('old'));
  // Somebody else's join reads it anew; both wait for the same.
  const other = describe(conversation);
  reads[1]?.resolve(named('new'));
  expect([await asked, await other]).toEqual([encoded('new'), encoded('new')]);
  expect(await describe(conversation)).toEqual(encoded('new'));
  expect(reads).toHaveLength(2);
});

test('WS-7 a description that could not be read is asked for again', async () => {
  let attempts = 0;
  const describe = describeWith(async () => (attempts++ === 0 ? undefined : named('there')));
  const conversation = liveGroup();
  await expect(describe(conversation)).rejects.toMatchObject({ code: 'not_found' });
  expect(await describe(conversation)).toEqual(encoded('there'));
});

test('WS-7 in a crowd that comes in, each coming a change, a join waits for no end of it', async () => {
  const conversation = liveGroup();
  const describe = describeWith(async () => {
    conversation.description = undefined;
    return named('crowded');
  });
  expect(await describe(conversation)).toEqual(encoded('crowded'));
});
