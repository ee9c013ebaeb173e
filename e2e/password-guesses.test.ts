import { expect, test } from 'bun:test';
import { Client, MemoryStorage } from '@tpx/sdk';
import { TEST_PASSWORD, until } from '@tpx/testkit';
import { newClient, sameAccount } from './sdk.fixture.ts';
import { serverOfThisFile } from './server.fixture.ts';

const server = await serverOfThisFile({
  env: { TPX_RATE_LIMITS: 'login_failure_account=12/1h', TPX_TRUSTED_PROXIES: '127.0.0.1' },
});

async function signInFrom(address: string, username: string, password: string): Promise<number> {
  const answer = await fetch(`${server.url}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
    body: JSON.stringify({ username, password }),
  });
  return answer.status;
}

test('AUTH-5 guesses from many addresses: the owner is notified of them once, connected or later, and signs in', async () => {
  const here = await newClient(server, 'target');
  const username = here.me.username ?? '';
  const heard: string[] = [];
  here.events.on('password_guessed', ({ at }) => heard.push(at));
  const storage = new MemoryStorage();
  const away = await sameAccount(server, here, { storage });
  await away.close();
  const answers: number[] = [];
  for (let n = 0; n < 40; n++)
    answers.push(await signInFrom(`198.51.100.${n}`, username, `guess number ${n}`));
  expect(answers.filter((status) => status === 401)).toHaveLength(12);
  expect(answers.filter((status) => status === 429)).toHaveLength(28);
  await until(() => heard.length > 0, { what: 'the owner to be notified' });
  // Not from elsewhere, not even with the password; from where the owner was before it is.
  expect(await signInFrom('203.0.113.9', username, TEST_PASSWORD)).toBe(429);
  expect(await signInFrom('127.0.0.1', username, TEST_PASSWORD)).toBe(200);

  const later = new Client({ serverUrl: server.url, storage });
  const heardLater: string[] = [];
  later.events.on('password_guessed', ({ at }) => heardLater.push(at));
  await later.open();
  later.connect();
  await until(() => heardLater.length > 0, { what: 'the device that was away to be notified' });
  expect(new Set([...heard, ...heardLater]).size).toBe(1);
  expect(heard).toHaveLength(1);
  await Promise.all([here.close(), later.close()]);
}, 60_000);
