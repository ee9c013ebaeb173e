import { expect, test } from 'bun:test';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { createGroup, createPerson, startServer } from '@tpx/testkit';

const REPOSITORY = resolve(import.meta.dirname, '..');
const embedded = process.env.TPX_DATABASE_URL === undefined;

/** Starts a node that is expected to end by itself; gives its code and what it said. */
async function failToStart(env: Record<string, string>): Promise<{ code: number; said: string }> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('TPX_'));
  const child = Bun.spawn([process.execPath, 'apps/server/src/main.ts'], {
    cwd: REPOSITORY,
    env: { ...Object.fromEntries(inherited), ...env },
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { code: await child.exited, said: out + err };
}

test('START-1: a variable that is no setting stops the start with a sentence', async () => {
  const { code, said } = await failToStart({ TPX_PROT: '4000' });
  expect(code).toBe(1);
  expect(said.trim()).toBe(
    'TPX_PROT is not a setting of TPX. Unset it, or correct its name: see docs/settings.md.',
  );
});

test.each([
  'postgress://tpx:sekrit@127.0.0.1/tpx',
  'postgres://tpx:12/sekrit@127.0.0.1/tpx',
  'postgres://tpx:sekrit@127.0.0.1:1/tpx',
  'postgres://tpx:sekrit%20@no-such-host.invalid/tpx',
])('CFG-4: a start that fails tells no password: %s', async (url) => {
  const { code, said } = await failToStart({ TPX_DATABASE_URL: url });
  expect(code).toBe(1);
  expect(said).toContain('TPX_DATABASE_URL');
  expect(said).not.toContain('sekrit');
});

test.each([
  [{ TPX_HOST: '0.0.0.0' }, true],
  [{ TPX_HOST: '::' }, true],
  [{ TPX_HOST: '0.0.0.0', TPX_TRUSTED_PROXIES: '10.0.0.1' }, false],
  [{ TPX_HOST: '127.0.0.1' }, false],
  [{ TPX_HOST: 'localhost' }, false],
] as const)('START-12: a start with %j warns of a way without TLS: %p', async (env, warns) => {
  // It warns before it looks for its database, and ends there.
  const { said } = await failToStart({ ...env, TPX_DATABASE_URL: 'postgres://127.0.0.1:1/none' });
  expect(said.includes('Warning: with TPX_HOST=')).toBe(warns);
});

test('START-2: after SIGTERM the next start has everything', async () => {
  await using server = await startServer();
  const alice = await createPerson(server, 'Alice');
  const group = await createGroup(alice);
  await alice.api.call('POST', '/messages/send', {
    group_id: group.id,
    type: 'text',
    content: { text: 'still here' },
  });
  await server.stop();
  await server.start();
  const { body } = await alice.api.call<{ messages: { content: { text: string } }[] }>(
    'GET',
    `/groups/${group.id}/messages`,
  );
  expect(body.messages.at(-1)?.content.text).toBe('still here');
});

test('START-3: after kill -9 of the whole group the next start recovers by itself', async () => {
  await using server = await startServer();
  const alice = await createPerson(server, 'Alice');
  const group = await createGroup(alice);
  const send = (text: string) =>
    alice.api.call('POST', '/messages/send', { group_id: group.id, type: 'text', content: { text } });
  expect((await send('acknowledged')).status).toBe(201);
  await server.kill();
  await server.start();
  const { body } = await alice.api.call<{ messages: { content: { text: string } }[] }>(
    'GET',
    `/groups/${group.id}/messages`,
  );
  expect(body.messages.at(-1)?.content.text).toBe('acknowledged');
  expect((await send('and on')).status).toBe(201);
});

test.if(embedded)(
  'START-3: a node that was killed alone leaves a PostgreSQL that the next start puts right',
  async () => {
    await using server = await startServer();
    const alice = await createPerson(server, 'Alice');
    process.kill(server.pid, 'SIGKILL');
    await server.ended();
    await server.start();
    expect((await alice.api.call('GET', '/users/me')).status).toBe(200);
  },
);

test.if(embedded)('START-4: a stale pid file of another program does not stop the start', async () => {
  await using server = await startServer();
  await server.stop();
  await writeFile(
    join(server.dataDir, 'postgres', 'postmaster.pid'),
    `${process.pid}\n/nowhere\n1700000000\n5432\n/tmp\n\n`,
  );
  await server.start();
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
});

test('START-5: a taken port is told with what to do, and PostgreSQL does not stay behind', async () => {
  const taken = createServer();
  await new Promise<void>((done) => taken.listen(0, '127.0.0.1', done));
  const { port } = taken.address() as { port: number };
  await using server = await startServer();
  await server.stop();
  const { code, said } = await failToStart({
    TPX_PORT: String(port),
    TPX_DATA_DIR: server.dataDir,
    ...(embedded ? {} : { TPX_DATABASE_URL: process.env.TPX_DATABASE_URL ?? '' }),
  });
  taken.close();
  expect(code).toBe(1);
  expect(said).toContain(
    'The port is taken by another program. Stop that one, or set TPX_PORT to a free port.',
  );
  await server.start();
});

test('START-5: a port that another node has is taken, too', async () => {
  await using server = await startServer();
  await using other = await startServer();
  await other.stop();
  const { code, said } = await failToStart({
    TPX_PORT: new URL(server.url).port,
    TPX_DATA_DIR: other.dataDir,
    ...(embedded ? {} : { TPX_DATABASE_URL: process.env.TPX_DATABASE_URL ?? '' }),
  });
  expect(code).toBe(1);
  expect(said).toContain('The port is taken by another program.');
});

test.if(embedded)('START-6: a second node on the same data is refused with a sentence', async () => {
  await using server = await startServer();
  const { code, said } = await failToStart({
    TPX_PORT: '0',
    TPX_TCP_PORT: '0',
    TPX_DATA_DIR: server.dataDir,
  });
  expect(code).toBe(1);
  expect(said).toContain(server.dataDir);
  expect(said).not.toContain('at async');
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
});

test('START-7: a database that does not answer is told with the variable to look at', async () => {
  const { code, said } = await failToStart({
    TPX_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
    TPX_PORT: '0',
  });
  expect(code).toBe(1);
  expect(said).toContain('TPX_DATABASE_URL');
  expect(said).not.toContain('at async');
});

test.if(embedded)('START-8: a data folder that is something else is refused and left alone', async () => {
  await using server = await startServer();
  await server.stop();
  const foreign = join(server.dataDir, 'foreign');
  await mkdir(join(foreign, 'postgres'), { recursive: true });
  await writeFile(join(foreign, 'postgres', 'thesis.txt'), 'years of work');
  const { code, said } = await failToStart({ TPX_DATA_DIR: foreign, TPX_PORT: '0', TPX_TCP_PORT: '0' });
  expect(code).toBe(1);
  expect(said).toContain('postgres');
  expect(await Bun.file(join(foreign, 'postgres', 'thesis.txt')).text()).toBe('years of work');
});
