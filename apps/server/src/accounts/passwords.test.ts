import { afterEach, expect, spyOn, test } from 'bun:test';
import { hashPassword, verifyPassword } from './passwords.ts';

const restore: (() => void)[] = [];
afterEach(() => {
  for (const undo of restore.splice(0)) undo();
});

test('AUTH-1 a hash is right for its password alone, and nobody’s hash for none', async () => {
  const hash = await hashPassword('correct horse battery');
  expect(await verifyPassword('correct horse battery', hash)).toBe(true);
  expect(await verifyPassword('correct horse batterz', hash)).toBe(false);
  expect(await verifyPassword('', hash)).toBe(false);
  expect(await verifyPassword('correct horse battery', null)).toBe(false);
});

test('AUTH-1 four are computed at once and 200 wait, in order; the next is told to come back', async () => {
  const hash = await hashPassword('correct horse battery');
  const gate = Promise.withResolvers<void>();
  let running = 0;
  let most = 0;
  const verify = spyOn(Bun.password, 'verify').mockImplementation(async () => {
    running += 1;
    most = Math.max(most, running);
    await gate.promise;
    running -= 1;
    return true;
  });
  restore.push(() => verify.mockRestore());

  const done: number[] = [];
  const admitted = Array.from({ length: 204 }, (_, index) =>
    verifyPassword('x', hash).then(() => void done.push(index)),
  );
  // `verifyPassword` takes its place one turn later than it is called.
  await Promise.resolve();
  await new Promise(setImmediate);
  await expect(verifyPassword('x', hash)).rejects.toMatchObject({ code: 'unavailable', retryAfterMs: 2_000 });
  gate.resolve();
  await Promise.all(admitted);
  expect(most).toBe(4);
  expect(done).toEqual([...done].sort((a, b) => a - b));
  await verifyPassword('x', hash);
  expect(running).toBe(0);
});
