import { expect, test } from 'bun:test';
import { claimPort } from './shared-port.ts';

const fetch = () => new Response('');

test('CLU-20 a port that another program has, shared or not, is not claimed for workers', async () => {
  for (const reusePort of [true, false]) {
    await using other = Bun.serve({ hostname: '127.0.0.1', port: 0, reusePort, fetch });
    expect(() => claimPort('127.0.0.1', other.port ?? 0)).toThrow(
      expect.objectContaining({ code: 'EADDRINUSE' }),
    );
  }
});

test('CLU-20 several listeners share a port that was claimed', async () => {
  const port = claimPort('127.0.0.1', 0);
  await using one = Bun.serve({ hostname: '127.0.0.1', port, reusePort: true, fetch });
  await using other = Bun.serve({ hostname: '127.0.0.1', port, reusePort: true, fetch });
  expect([one.port, other.port]).toEqual([port, port]);
});
