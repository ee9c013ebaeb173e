import { expect } from 'bun:test';
import type { Person, TestServer } from '@tpx/testkit';

/** Lines that the node writes for what it did not foresee (pino's levels: 50 is error, 60 fatal). */
const UNFORESEEN = /^.*"level":(?:50|60).*$/gm;

/** The node is alive, serves a good request, and met nothing that it did not foresee. */
export async function expectWell(server: TestServer, someone: Person): Promise<void> {
  const answer = await someone.api.call('GET', '/users/me');
  expect(answer.status).toBe(200);
  expect(server.output().match(UNFORESEEN) ?? []).toEqual([]);
}
