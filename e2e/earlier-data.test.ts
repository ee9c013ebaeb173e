import { afterAll, beforeAll, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DmObject, GroupObject, MessageObject } from '@tpx/protocol';
import { openDatabase } from '@tpx/server/db/bun-database.ts';
import { Api, startServer, TEST_PASSWORD } from '@tpx/testkit';
import { OwnPostgres } from './own-postgres.fixture.ts';
import { readSchema } from './schema.fixture.ts';

/** What earlier versions stored, as SQL; README.md there says how it was made. */
const FOLDER = join(import.meta.dirname, 'earlier-data');

let postgres: OwnPostgres;
let newSchema: string[];

beforeAll(async () => {
  postgres = await OwnPostgres.start();
  await using _server = await startServer({ databaseUrl: await createDatabase('new') });
  newSchema = await readSchema(urlOf('new'));
});
afterAll(() => postgres[Symbol.asyncDispose]());

function urlOf(name: string): string {
  return postgres.url.replace('/tpx?', `/${name}?`);
}

async function createDatabase(name: string, sql?: string): Promise<string> {
  await run(postgres.url, `CREATE DATABASE ${name}`);
  // pg_dump writes functions before the tables that they read.
  if (sql !== undefined) await run(urlOf(name), `SET check_function_bodies = false; ${sql}`);
  return urlOf(name);
}

async function run(url: string, sql: string): Promise<void> {
  const database = openDatabase({ url, connections: 1 });
  try {
    await database.query(sql);
  } finally {
    await database.close();
  }
}

async function signIn(url: string, username: string): Promise<Api> {
  const answer = await new Api(url).call<{ access_token: string }>('POST', '/auth/login', {
    username,
    password: TEST_PASSWORD,
  });
  expect(answer.status).toBe(200);
  return new Api(url, answer.body.access_token);
}

const files = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.sql'))
  .sort();

test.each(files)(
  'SCHEMA-1 a start takes over %s: sign-in, history, sending and search work',
  async (file) => {
    const name = `earlier_${file.replace(/\W/g, '_')}`;
    const databaseUrl = await createDatabase(name, readFileSync(join(FOLDER, file), 'utf8'));
    await using server = await startServer({ databaseUrl });
    expect(await readSchema(databaseUrl)).toEqual(newSchema);

    const olivia = await signIn(server.url, 'olivia');
    const pete = await signIn(server.url, 'pete');
    const groups = await olivia.call<{ groups: GroupObject[] }>('GET', '/groups');
    const dms = await pete.call<{ dms: DmObject[] }>('GET', '/dms');
    const group = groups.body.groups.find((one) => one.name === 'Harbour');
    const dm = dms.body.dms[0];
    type Page = { messages: MessageObject[] };
    const history = () => olivia.call<Page>('GET', `/groups/${group?.id}/messages`);
    const textsOf = ({ body }: { body: Page }) =>
      body.messages.flatMap(({ content }) => (content && 'text' in content ? [content.text] : []));
    const before = textsOf(await history());
    expect(before).toContain('the osprey waits at pier 3');
    expect(before).toContain('the heron waits at pier 8');
    expect(before).not.toContain('the heron waits at pier 3');

    for (const [api, to] of [
      [olivia, { group_id: group?.id }],
      [pete, { dm_id: dm?.id }],
    ] as const) {
      const sent = await api.call('POST', '/messages/send', {
        ...to,
        type: 'text',
        content: { text: 'a heron of today' },
      });
      expect(sent.status).toBe(201);
    }
    expect(textsOf(await history())).toEqual([...before, 'a heron of today']);

    const search = async (q: string) => textsOf(await pete.call<Page>('GET', `/search?q=${q}`)).sort();
    expect(await search('heron')).toEqual(
      [
        'a heron of today',
        'a heron of today',
        ...[1, 2, 5, 6, 7, 8].map((pier) => `the heron waits at pier ${pier}`),
      ].sort(),
    );
    expect(await search('osprey')).toEqual(['the osprey waits at pier 3']);
    expect(await search('lantern')).toEqual(['a lantern for you']);
  },
);

test('SCHEMA-3 a node ends with a sentence where a newer version has used the data', async () => {
  await run(urlOf('new'), `INSERT INTO schema_migrations (name, checksum) VALUES ('9999-later.sql', 'x')`);
  const started = startServer({ databaseUrl: urlOf('new') });
  await expect(started).rejects.toThrow(/ended at its start with code 1.*9999-later\.sql/s);
});
