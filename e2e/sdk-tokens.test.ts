import { describe, expect, test } from 'bun:test';
import { type Client, MemoryStorage, systemClock } from '@tpx/sdk';
import { until } from '@tpx/testkit';
import { newClient, online, sameAccount } from './sdk.fixture.ts';
import { serverOfThisFile } from './server.fixture.ts';

const server = await serverOfThisFile();

const whenSignedOut = (client: Client) =>
  new Promise<string>((resolve) => client.events.on('signed_out', ({ reason }) => resolve(reason)));

describe('SDK-1 tokens against a real server', () => {
  test('SDK-1 a token about to end is refreshed once for all who ask, and stored', async () => {
    let offsetMs = 0;
    let refreshes = 0;
    const storage = new MemoryStorage();
    const client = await newClient(server, 'alice', {
      storage,
      clock: { ...systemClock, now: () => Date.now() + offsetMs },
      fetch: (url, init) => {
        if (url.endsWith('/auth/refresh')) refreshes++;
        return fetch(url, init);
      },
    });
    const before = await storage.get('tokens');
    offsetMs = 11 * 60_000;
    await Promise.all([client.rest.users.me(), client.rest.groups.list(), client.rest.messages.dms()]);
    expect(refreshes).toBe(1);
    expect(await storage.get('tokens')).not.toBe(before);
    await client.close();
    // A new connection takes the new token.
    await client.open();
    await online(client);
    await client.close();
  }, 30_000);

  test('SDK-1 a revoked device is signed out at once, and its tokens are gone', async () => {
    const storage = new MemoryStorage();
    const phone = await newClient(server, 'alice', { storage });
    const laptop = await sameAccount(server, phone);
    const signedOut = whenSignedOut(phone);
    const { sessions } = await laptop.rest.auth.sessions();
    const other = sessions.find(({ current }) => !current);
    await laptop.rest.auth.revokeSession(other?.id ?? '');
    expect(await signedOut).toBe('session_revoked');
    expect(await storage.get('tokens')).toBeUndefined();
    expect(phone.isSignedIn).toBe(false);
    await laptop.close();
  }, 30_000);

  test('SDK-1 a device that was revoked while it was away is signed out when it comes back', async () => {
    const storage = new MemoryStorage();
    const phone = await newClient(server, 'alice', { storage });
    await phone.close();
    const laptop = await sameAccount(server, phone);
    const { sessions } = await laptop.rest.auth.sessions();
    for (const { id, current } of sessions) if (!current) await laptop.rest.auth.revokeSession(id);
    const signedOut = whenSignedOut(phone);
    await phone.open();
    phone.connect();
    expect(await signedOut).toBe('session_expired');
    await laptop.close();
  }, 30_000);

  test('SDK-1 signing out removes everything that was kept on the device', async () => {
    const storage = new MemoryStorage();
    const client = await newClient(server, 'alice', { storage });
    await client.createGroup('Hall');
    await client.logout();
    expect(await storage.list('')).toEqual([]);
    await until(() => !client.isSignedIn, { what: 'the client to be signed out' });
  }, 30_000);
});
