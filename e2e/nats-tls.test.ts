import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, hasNats, startServer, TestNats, until } from '@tpx/testkit';
import { metric, readiness } from './cluster.fixture.ts';

const hasOpenssl = Bun.which('openssl') !== null;
if (!hasNats || !hasOpenssl) console.log('Skipped: NATS over TLS needs nats-server and openssl.');

describe.skipIf(!hasNats || !hasOpenssl)('a NATS that takes TLS and a login alone', () => {
  let folder: string;
  let nats: TestNats;
  const file = (name: string) => join(folder, name);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tpx-nats-tls-'));
    const made = Bun.spawnSync([
      ...['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
      ...['-addext', 'subjectAltName=DNS:localhost', '-keyout', file('key.pem'), '-out', file('cert.pem')],
    ]);
    expect(made.exitCode).toBe(0);
    nats = new TestNats(await freePort(), [
      ...['--tls', '--tlscert', file('cert.pem'), '--tlskey', file('key.pem')],
      ...['--user', 'tpx', '--pass', 'sec@ret'],
    ]);
    await nats.start();
  });
  afterAll(async () => {
    await nats?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const start = (natsUrl: string, env: Record<string, string> = {}) =>
    startServer({ env: { TPX_NATS_URL: natsUrl, ...env } });

  test('CLU-2 CLU-43 tls:// with a login joins it, where the certificate is known', async () => {
    await using node = await start(`tls://tpx:sec%40ret@localhost:${nats.port}`, {
      NODE_EXTRA_CA_CERTS: file('cert.pem'),
    });
    await until(async () => (await metric(node, 'tpx_bus_up')) === 1, { what: 'the bus to be up' });
  });

  test('CLU-43 a certificate that is unknown or of another name, or a wrong login, do not', async () => {
    const known = { NODE_EXTRA_CA_CERTS: file('cert.pem') };
    await using unknown = await start(`tls://tpx:sec%40ret@localhost:${nats.port}`);
    await using wrong = await start(`tls://tpx:wrong@localhost:${nats.port}`, known);
    await using another = await start(`tls://tpx:sec%40ret@127.0.0.1:${nats.port}`, known);
    for (const node of [unknown, wrong, another]) {
      expect((await readiness(node)).parts.nats?.ok).toBe(false);
      expect(await metric(node, 'tpx_bus_up')).toBe(0);
    }
  });
});
