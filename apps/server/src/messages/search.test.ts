import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { ConversationId, MessageId, UserId } from '@tpx/protocol';
import { deleteGroup } from '../groups/delete-group.ts';
import { codeOf, GroupWorld } from '../groups/group-world.fixture.ts';
import { deleteMessage } from './delete-message.ts';
import { editMessage } from './edit-message.ts';
import { MessageWriter } from './message-writer.ts';
import { searchMessages } from './search.ts';
import type { SearchKey } from './search-walk.ts';
import { type SendRequest, sendMessage } from './send-message.ts';
import { lockWords, WordIndex } from './word-index.ts';

let world: GroupWorld;
let alice: UserId;
let bob: UserId;
let shared: ConversationId;
let alices: ConversationId;

beforeAll(async () => {
  world = await GroupWorld.open();
  [alice, bob] = (await world.people(2)) as [UserId, UserId];
  shared = await world.group({ owner: [alice], user: [bob] });
  alices = await world.group({ owner: [alice] });
});
afterAll(() => world[Symbol.asyncDispose]());

async function say(
  conversationId: ConversationId,
  text: string,
  more: Partial<SendRequest> = {},
): Promise<MessageId> {
  const writer = new MessageWriter({ database: world.database, announcer: world.announcer });
  const sender = {
    userId: alice,
    conversationId,
    kind: 'group',
    standing: 'user',
    whoCanPost: 'all',
    blocked: false,
    rightsVersion: 0,
  } as const;
  return (await sendMessage(writer, sender, { type: 'text', content: { text }, ...more } as SendRequest)).id;
}
const search = async (
  userId: UserId,
  q: string,
  more: Partial<Parameters<typeof searchMessages>[2]> = {},
) => {
  const page = await searchMessages(world.database, userId, {
    q,
    conversationId: null,
    before: null,
    limit: 10,
    ...more,
  });
  return { ids: page.messages.map(({ id }) => id as string), next: page.next };
};
/** As they are stored now, also for a message that is gone. */
const wordsOf = async (id: MessageId) => {
  const rows = await world.database.query<{ words: string }>(
    `SELECT w.words::text AS words FROM messages m
     JOIN message_words w ON w.conversation_id = m.conversation_id AND w.seq = m.seq WHERE m.id = $1`,
    [id],
  );
  return rows.map(({ words }) => words);
};

test('MSG-7: words, phrases and exclusions find, newest first', async () => {
  const first = await say(shared, 'The quick brown fox');
  const second = await say(shared, 'quick, said the FOX');
  expect((await search(bob, 'fox quick')).ids).toEqual([second, first]);
  expect((await search(bob, '"brown fox"')).ids).toEqual([first]);
  expect((await search(bob, 'fox -brown')).ids).toEqual([second]);
});

test('MSG-7: nobody finds what they may not read', async () => {
  const id = await say(alices, 'private treasure');
  expect((await search(alice, 'treasure')).ids).toEqual([id]);
  expect((await search(bob, 'treasure')).ids).toEqual([]);
  expect((await search(bob, 'treasure', { conversationId: alices })).ids).toEqual([]);
});

test('MSG-7: deleted and encrypted text is not found', async () => {
  const id = await say(shared, 'ephemeral');
  await deleteMessage(world, alice, id);
  await say(shared, 'ciphered', { encryption: 'dGVzdA==' });
  expect((await search(bob, 'ephemeral')).ids).toEqual([]);
  expect((await search(bob, 'ciphered')).ids).toEqual([]);
});

test('MSG-8: what was acknowledged is found at once, an edit by its new words alone', async () => {
  const id = await say(shared, 'turquoise');
  expect((await search(bob, 'turquoise')).ids).toEqual([id]);
  await editMessage(world, alice, id, { content: { text: 'vermilion' } });
  expect((await search(bob, 'turquoise')).ids).toEqual([]);
  expect((await search(bob, 'vermilion')).ids).toEqual([id]);
  await editMessage(world, alice, id, { content: { text: 'opaque' }, encryption: 'dGVzdA==' });
  expect((await search(bob, 'vermilion')).ids).toEqual([]);
  expect(await wordsOf(id)).toEqual([]);
});

test('MSG-8: what is edited and deleted before it was ever indexed is folded in one go', async () => {
  const edited = await say(shared, 'first draft');
  const deleted = await say(shared, 'regretted draft');
  await editMessage(world, alice, edited, { content: { text: 'final draft' } });
  await deleteMessage(world, alice, deleted);
  expect((await search(bob, 'draft')).ids).toEqual([edited]);
  expect((await search(bob, '"first draft"')).ids).toEqual([]);
  expect(await wordsOf(deleted)).toEqual([]);
});

test('MSG-8: a node indexes what it hears of, and what nodes that died left behind', async () => {
  const left = await say(shared, 'leftover');
  const heir = new WordIndex(world.database);
  await heir.pass();
  expect(await wordsOf(left)).toEqual(["'leftover':1"]);
  const heard = await say(alices, 'heard');
  await heir.pass();
  expect(await wordsOf(heard)).toEqual([]);
  heir.note(alices);
  await heir.pass();
  expect(await wordsOf(heard)).toEqual(["'heard':1"]);
});

test('MSG-8: nodes that index the same at once do it once, and leave what another holds for later', async () => {
  for (let index = 0; index < 300; index++) await say(shared, `together ${index}`);
  const nodes = Array.from({ length: 4 }, () => new WordIndex(world.database));
  await Promise.all([
    ...nodes.map((node) => node.pass()),
    search(bob, 'together'),
    search(alice, 'together'),
  ]);
  const words = () =>
    world.rows("SELECT count(*)::integer AS n FROM message_words WHERE words @@ 'together'::tsquery");
  expect(await words()).toEqual([{ n: 300 }]);

  const id = await say(alices, 'held');
  const [node] = nodes as [WordIndex];
  node.note(alices);
  await world.database.transaction(async (tx) => {
    await lockWords(tx, alices);
    await node.pass();
  });
  expect(await wordsOf(id)).toEqual([]);
  await node.pass();
  expect(await wordsOf(id)).toEqual(["'held':1"]);
});

/** Many messages that nobody has indexed; `text` is SQL of `n`, which counts them. */
const fill = (conversationId: ConversationId, count: number, text: string) =>
  world.database.query(
    `WITH c AS (UPDATE conversations SET last_seq = last_seq + $3, last_message_at = now() WHERE id = $1 RETURNING last_seq - $3 AS before)
     INSERT INTO messages (conversation_id, seq, id, sender_id, type, content, created_at)
     SELECT $1, c.before + n, gen_random_uuid(), $2, 'text', jsonb_build_object('text', ${text}), now()
     FROM c, generate_series(1, $3) AS n`,
    [conversationId, alice, count],
  );

test('MSG-8: more than one statement indexes is indexed to the end before it is searched', async () => {
  await fill(shared, 4_500, "'many ' || n");
  for (const n of [1, 2001, 4500]) expect((await search(bob, `"many ${n}"`)).ids).toHaveLength(1);
});

test('MSG-8: more than a search can wait for is refused, and searched once it is indexed', async () => {
  const [patient, busy] = [await world.person(), await world.group({ owner: [alice] })];
  const backlog = await world.group({ owner: [patient] });
  await fill(backlog, 20_001, "'behind ' || n");
  expect(await codeOf(search(patient, 'behind'))).toBe('unavailable');
  expect(await codeOf(search(patient, 'behind', { conversationId: busy }))).toBe('ok');
  expect((await search(patient, '"behind 20001"')).ids).toHaveLength(1);
});

test('MSG-8: long texts are indexed a few at a time, edited ones as well', async () => {
  const [first, second] = [await world.group({ owner: [alice] }), await world.group({ owner: [alice] })];
  const long = `repeat('long ', 3000) || n`;
  await fill(first, 50, long);
  await fill(second, 20, long);
  const node = new WordIndex(world.database);
  await node.pass();
  const counts = async () => {
    const rows = await world.rows(
      'SELECT count(*)::integer AS n FROM message_words WHERE conversation_id = ANY ($1::uuid[])',
      [[first, second]],
    );
    return rows[0]?.n as number;
  };
  const indexed = [await counts()];
  while (indexed.at(-1) !== 70 && indexed.length < 10) {
    await node.pass();
    indexed.push(await counts());
  }
  expect(indexed).toEqual([34, 68, 70]);

  await world.database.query(
    `WITH c AS (UPDATE conversations SET last_seq = 100 WHERE id = $1 RETURNING id)
     INSERT INTO changes (conversation_id, seq, event, message_id, message_seq, actor_id, created_at)
     SELECT c.id, 50 + m.seq, 'edited', m.id, m.seq, $2, now() FROM c JOIN messages m ON m.conversation_id = c.id`,
    [first, alice],
  );
  node.note(first);
  await node.pass();
  expect(
    await world.rows('SELECT seq::integer FROM indexed_logs WHERE conversation_id = $1', [first]),
  ).toEqual([{ seq: 84 }]);
  await node.pass();
  expect(
    await world.rows('SELECT seq::integer FROM indexed_logs WHERE conversation_id = $1', [first]),
  ).toEqual([{ seq: 100 }]);
  expect((await search(alice, 'long', { conversationId: first, limit: 100 })).ids).toHaveLength(50);
});

test('MSG-8: what has no text is passed over, and a conversation that is gone is not waited for', async () => {
  const [silent, gone] = [await world.group({ owner: [alice] }), await world.group({ owner: [alice] })];
  await fill(silent, 1, 'NULL');
  const after = await say(silent, 'captioned');
  let statements = 0;
  const node = new WordIndex({
    query: (text, values) => {
      statements++;
      return world.database.query(text, values);
    },
  });
  await node.pass();
  for (const id of [silent, gone]) node.note(id);
  await deleteGroup(world, { groupId: gone, actorId: alice });
  await node.pass();
  expect(await wordsOf(after)).toEqual(["'captioned':1"]);
  statements = 0;
  await node.pass();
  expect(statements).toBe(0);
});

test('MSG-8: a group that is deleted leaves no words', async () => {
  const gone = await world.group({ owner: [alice] });
  const id = await say(gone, 'farewell');
  expect((await search(alice, 'farewell')).ids).toEqual([id]);
  await deleteGroup(world, { groupId: gone, actorId: alice });
  expect((await search(alice, 'farewell')).ids).toEqual([]);
  const left = await world.rows(
    `SELECT 1 FROM message_words WHERE conversation_id = $1
     UNION ALL SELECT 1 FROM indexed_logs WHERE conversation_id = $1`,
    [gone],
  );
  expect(left).toEqual([]);
});

test('MSG-7: pages follow each other without a gap', async () => {
  const sent: string[] = [];
  for (let index = 0; index < 5; index++) sent.unshift(await say(shared, `paging ${index}`));
  const one = await search(bob, 'paging', { limit: 3 });
  const two = await search(bob, 'paging', { limit: 3, before: one.next });
  expect([...one.ids, ...two.ids]).toEqual(sent);
  expect(two.next).toBeNull();
});

test('MSG-7: what looks like SQL or a query operator is just text', async () => {
  for (const q of ["'; DROP TABLE messages; --", 'nowhere:*', '!nowhere', 'nowhere <-> to', "it's'' \\"]) {
    expect((await search(bob, q)).ids).toEqual([]);
  }
});

/** Texts that no search syntax was made for. */
const STRANGE = [
  ...['-', '"', '(', '&', '|', '!', '<->', ':*', '\\', "'", '\0', '\ud800', '\u202e', '- ', '" ', 'or '],
  ...['-"', '--"', 'or -', '<2>', '&amp;', '/', '\u0301', '\u3000'],
];

test('MSG-11: a query without a word to look for is refused with a sentence, whatever it is made of', async () => {
  await say(shared, 'something to find');
  for (const q of ['-a', '-"a b"', '-a -b', 'a or -b', '-a or -b', '-foo-bar', '-1']) {
    await expect(search(bob, q)).rejects.toThrow(/leave out/);
  }
  for (const q of ['-'.repeat(50), '- '.repeat(99), '"', '((( & | !', '<-> *', '%', '\\', '" "'.repeat(60)]) {
    await expect(search(bob, q)).rejects.toThrow(/no word/);
  }
  for (const part of STRANGE) {
    for (const q of [part, part.repeat(Math.floor(200 / part.length)), `${part}word`, `word${part}`]) {
      expect(await codeOf(search(bob, q.slice(0, 200)))).toBeOneOf(['ok', 'invalid']);
    }
  }
});

test('MSG-11: any text of strange parts is searched or refused, never an error', async () => {
  for (let round = 0; round < 400; round++) {
    const parts = Array.from({ length: 1 + (round % 12) }, (_, n) =>
      (round * 7 + n * 13) % 3 === 0 ? 'word' : STRANGE[(round * 31 + n * 17 + round * n) % STRANGE.length],
    );
    const q = parts.join(round % 2 === 0 ? '' : ' ').slice(0, 200);
    expect([q, await codeOf(search(bob, q))]).toEqual([q, expect.stringMatching(/^(ok|invalid)$/)]);
  }
});

test('MSG-11: what is asked of the index has everything that is found', async () => {
  const group = await world.group({ owner: [alice] });
  const texts = [
    'apple pear',
    'pear plum',
    'apple plum',
    "it's http://example.com/a?b=c",
    'foo-bar apple',
    '--flag',
  ];
  const ids = new Map<string, string>();
  for (const text of texts) ids.set(await say(group, text), text);
  const found = async (q: string) =>
    (await search(alice, q, { conversationId: group })).ids.map((id) => ids.get(id)).reverse();
  expect(await found('apple or plum')).toEqual(['apple pear', 'pear plum', 'apple plum', 'foo-bar apple']);
  expect(await found('pear or "apple plum"')).toEqual(['apple pear', 'pear plum', 'apple plum']);
  expect(await found('"apple plum" or -pear apple')).toEqual(['apple plum', 'foo-bar apple']);
  expect(await found('foo-bar')).toEqual(['foo-bar apple']);
  expect(await found("it's")).toEqual([texts[3] as string]);
  expect(await found('example.com')).toEqual([texts[3] as string]);
  expect(await found('--flag')).toEqual(['--flag']);
});

/** All pages, with how many there were. */
async function allPages(userId: UserId, q: string, limit: number) {
  const ids: string[] = [];
  let before: SearchKey | null = null;
  for (let pages = 1; ; pages++) {
    const page = await search(userId, q, { before, limit });
    ids.push(...page.ids);
    if (page.next === null) return { ids, pages };
    before = page.next;
  }
}

test('MSG-12: pages over many conversations are newest first, each message once, also of one moment', async () => {
  const reader = await world.person();
  const groups = await Promise.all(Array.from({ length: 12 }, () => world.group({ owner: [reader] })));
  // Each message of a group is of the same moment as one of every other group.
  for (const [n, group] of groups.entries()) {
    await world.database.query(
      `WITH c AS (UPDATE conversations SET last_seq = 2500, last_message_at = '2026-01-01 00:41:40Z' WHERE id = $1 RETURNING id)
       INSERT INTO messages (conversation_id, seq, id, sender_id, type, content, created_at)
       SELECT c.id, n, gen_random_uuid(), $2, 'text', jsonb_build_object('text', CASE WHEN n % 100 = $3 THEN 'needle' ELSE 'hay' END),
         timestamptz '2026-01-01Z' + make_interval(secs => n) FROM c, generate_series(3, 2500) AS n`,
      [group, reader, n],
    );
  }
  while ((await codeOf(search(reader, 'needle'))) === 'unavailable');
  const rows = await world.rows(
    `SELECT m.id FROM messages m JOIN members r ON r.conversation_id = m.conversation_id AND r.user_id = $1
     WHERE m.content ->> 'text' = 'needle' ORDER BY m.created_at DESC, m.conversation_id DESC`,
    [reader],
  );
  const expected = rows.map(({ id }) => id as string);
  expect(expected.length).toBeGreaterThan(280);
  for (const limit of [7, 50, 100]) expect((await allPages(reader, 'needle', limit)).ids).toEqual(expected);
  expect((await search(reader, 'hay', { limit: 100 })).ids).toHaveLength(100);
});

test('MSG-12: what somebody may not read costs a search nothing', async () => {
  const outsider = await world.person();
  await fill(await world.group({ owner: [outsider] }), 50, "'mine ' || n");
  /** Pages that Postgres looks at to find the word. */
  const pagesFor = async (word: string) => {
    let pages = 0;
    const watched = {
      query: async <Row extends object>(text: string, values: readonly unknown[] = []) => {
        if (text.includes('find_words')) {
          const rows = await world.rows(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`, [...values]);
          const plans = (rows[0]?.['QUERY PLAN'] ?? []) as { Plan: Record<string, number> }[];
          const [explained] = plans;
          pages +=
            Number(explained?.Plan['Shared Hit Blocks']) + Number(explained?.Plan['Shared Read Blocks']);
        }
        return world.database.query<Row>(text, values);
      },
    };
    await searchMessages(watched, outsider, { q: word, conversationId: null, before: null, limit: 10 });
    return pages;
  };
  // In thousands of messages of a group that is not theirs, and in none.
  for (const word of ['behind', 'nobodysaidthis', 'mine']) await pagesFor(word);
  const [common, none, own] = [
    await pagesFor('behind'),
    await pagesFor('nobodysaidthis'),
    await pagesFor('mine'),
  ];
  expect(common).toBe(none);
  expect(common).toBeLessThan(20);
  expect(own).toBeGreaterThan(none);
});
