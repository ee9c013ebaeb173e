import { afterAll } from 'bun:test';
import { createPerson, type Person, type ServerOptions, startServer, type TestServer } from '@tpx/testkit';

/** A server for all tests of the file that asks at its top level; it goes after the last of them. */
export async function serverOfThisFile(options: ServerOptions = {}): Promise<TestServer> {
  const server = await startServer(options);
  afterAll(() => server[Symbol.asyncDispose](), 60_000);
  return server;
}

/** New accounts, one a name. */
export async function people<const Names extends readonly string[]>(
  server: { url: string },
  ...names: Names
): Promise<{ [Index in keyof Names]: Person }> {
  const created = await Promise.all(names.map((name) => createPerson(server, name)));
  return created as { [Index in keyof Names]: Person };
}
