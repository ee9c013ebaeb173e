import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { createGroup, createPerson, freePort, startServer, type TestServer } from '@tpx/testkit';
import { BalancedClients, type Transport } from './balanced-clients.fixture.ts';
import { BALANCERS, canStart, curl, type LoadBalancer } from './load-balancer.fixture.ts';
import { Heard, ok, text } from './phoenix-client.fixture.ts';

let node: TestServer;
beforeAll(async () => {
  node = await startServer({ env: { TPX_TRUSTED_PROXIES: '127.0.0.1' } });
}, 90_000);
afterAll(() => node[Symbol.asyncDispose](), 60_000);

for (const { what, program, start } of BALANCERS) {
  describe.skipIf(!canStart(program))(`DEPLOY through the real ${what}`, () => {
    let balancer: LoadBalancer;
    beforeAll(async () => {
      // The second node is down: whatever works below works without it.
      balancer = await start([node.url, `http://127.0.0.1:${await freePort()}`]);
    }, 30_000);
    afterAll(() => balancer[Symbol.asyncDispose]());

    test(`DEPLOY-1 ${what}: REST is spoken in HTTP/2 and HTTP/1.1, past a node that is down`, async () => {
      for (let round = 0; round < 6; round++) {
        expect(await curl(balancer, '/info')).toMatchObject({ status: 200, http: '2' });
      }
      expect(await curl(balancer, '/info', ['--http1.1'])).toMatchObject({ status: 200, http: '1.1' });
    });

    test(`DEPLOY-2 ${what}: the official client talks over WebSocket`, async () => {
      await talkOver(balancer, 'websocket');
    });

    test(`DEPLOY-3 ${what}: the official client talks by long poll`, async () => {
      await talkOver(balancer, 'longpoll');
    });

    test(`DEPLOY-4 ${what}: a node sees the real address, and none that a client makes up`, async () => {
      const body = JSON.stringify({
        username: `lb-${what.toLowerCase()}`,
        password: 'correct horse battery',
      });
      const json = ['-H', 'content-type: application/json'];
      const invented = ['-H', 'X-Forwarded-For: 203.0.113.9'];
      const from = ['--interface', '127.0.0.7'];
      const registered = await curl(balancer, '/auth/register', [...json, ...invented, ...from, '-d', body]);
      expect(registered.status).toBe(201);
      const { access_token } = JSON.parse(registered.body);
      const sessions = await curl(balancer, '/auth/sessions', [
        '-H',
        `authorization: Bearer ${access_token}`,
      ]);
      expect(JSON.parse(sessions.body).sessions).toMatchObject([{ address: '127.0.0.7' }]);
    });

    test(`DEPLOY-5 ${what}: figures are not for the world`, async () => {
      expect((await fetch(`${node.url}/metrics`)).status).toBe(200);
      expect((await curl(balancer, '/metrics')).status).toBe(403);
    });

    test(`DEPLOY-5 ${what}: nor by another spelling, nor with the claim to be this machine`, async () => {
      for (const path of [
        '/metrics?x=1',
        '/%6detrics',
        '//metrics',
        '/./metrics',
        '/info/../metrics',
        '/metrics/',
      ]) {
        const answer = await curl(balancer, path, ['--path-as-is', '-H', 'X-Forwarded-For: 127.0.0.1']);
        expect([403, 404]).toContain(answer.status);
        expect(answer.body).not.toContain('process_');
      }
    });

    test(`DEPLOY-8 ${what}: browsers are instructed to come by TLS only, whatever is answered`, async () => {
      for (const [path, status] of [
        ['/info', 200],
        ['/docs', 200],
        ['/metrics', 403],
        ['/users/me', 401],
        ['/nothing/here', 404],
      ] as const) {
        const answer = await curl(balancer, path, ['-i']);
        expect(answer.status).toBe(status);
        const headers = answer.body.toLowerCase();
        expect(headers.match(/^strict-transport-security: max-age=31536000\r$/gm)).toHaveLength(1);
        expect(headers.match(/^x-content-type-options: nosniff\r$/gm)).toHaveLength(1);
      }
      const docs = (await curl(balancer, '/docs', ['-i'])).body;
      expect(docs).toMatch(/^content-security-policy: default-src 'none'/im);
    });

    test(`DEPLOY-6 ${what}: a large upload goes through as it comes, not to disk first`, async () => {
      const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
      let bytes = 0;
      // Stands where a node is: only what the balancer does with the body is looked at.
      using probe = Bun.serve({
        port: 0,
        hostname: '127.0.0.1',
        maxRequestBodySize: 2 ** 32,
        async fetch(request) {
          if (new URL(request.url).pathname !== '/upload') return new Response();
          for await (const chunk of request.body ?? []) {
            bytes += chunk.byteLength;
            begin();
          }
          return new Response(String(bytes));
        },
      });
      const url = `http://127.0.0.1:${probe.port}`;
      await using other = await start([url, url]);
      const { name, port } = other;
      const target = ['--connect-to', `${name}:${port}:127.0.0.1:${port}`, `${other.url}/upload`];
      const sender = Bun.spawn(['curl', '-skT', '-', '-X', 'POST', ...target], { stdin: 'pipe' });
      const part = new Uint8Array(1_048_576);
      sender.stdin.write(part);
      await sender.stdin.flush();
      // The rest is sent only once the beginning has come out at the other side.
      await begun;
      for (let sent = 1; sent < 8; sent++) {
        sender.stdin.write(part);
        await sender.stdin.flush();
      }
      await sender.stdin.end();
      expect(await new Response(sender.stdout).text()).toBe(String(8 * part.byteLength));
    });
  });
}

/** Joins, sends, hears it back, by one transport of the official client. */
async function talkOver(balancer: LoadBalancer, transport: Transport): Promise<void> {
  const alice = await createPerson(node, 'Alice');
  const group = await createGroup(alice);
  using clients = new BalancedClients(balancer);
  const channel = clients.connect(alice, transport).channel(`group:${group.id}`);
  const heard = new Heard(channel, ['message']);
  await ok(channel.join());
  await ok(channel.push('message', text('through')));
  const told = await heard.next<{ message: { content: unknown } }>('message');
  expect(told.message.content).toEqual({ text: 'through' });
}
