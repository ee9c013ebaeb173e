import { describe, expect, test } from 'bun:test';
import { findCycles } from './cycles.ts';
import { findImports } from './imports.ts';
import { judgeImport } from './judge.ts';

describe('imports are found', () => {
  test('with their lines, type imports and re-exports included', () => {
    const source = [
      "import type { A } from './a.ts';",
      'import {',
      '  b,',
      "} from '../b.ts';",
      "// import { no } from './comment.ts';",
      "/* export * from './comment.ts' */ const url = 'http://x'; import './side-effect.ts';",
      "export * from '@tpx/protocol';",
      "const lazy = await import('./lazy.ts');",
    ].join('\n');
    expect(findImports(source)).toEqual([
      { specifier: './a.ts', line: 1 },
      { specifier: '../b.ts', line: 4 },
      { specifier: './side-effect.ts', line: 6 },
      { specifier: '@tpx/protocol', line: 7 },
      { specifier: './lazy.ts', line: 8 },
    ]);
  });
});

describe('imports that keep the rules', () => {
  test.each([
    ['packages/sdk/src/socket.ts', '@tpx/protocol'],
    ['packages/sdk/src/socket.test.ts', '@tpx/testkit'],
    ['packages/protocol/src/a.ts', 'zod'],
    ['packages/sdk/src/node/file-storage.ts', 'node:fs/promises'],
    ['packages/sdk/src/node/file-storage.ts', '../storage/storage.ts'],
    ['apps/cli/src/main.ts', '@tpx/sdk'],
    ['apps/server/src/main.ts', './compose.ts'],
    ['apps/server/src/compose-live.ts', './db/embedded-postgres.ts'],
    ['apps/server/src/greeting.ts', './config/config.ts'],
    ['apps/server/src/transports/websocket/upgrade.ts', '../../session/session.ts'],
    ['apps/server/src/transports/rest/users.ts', '../../accounts/users.ts'],
    ['apps/server/src/messages/send-message.ts', '../db/sql.ts'],
    ['apps/server/src/messages/send-message.ts', '../groups/membership.ts'],
    ['apps/server/src/db/embedded-postgres.ts', './embedded-cluster.ts'],
    ['e2e/src/a.test.ts', '@tpx/sdk'],
  ])('%s imports %s', (file, specifier) => {
    expect(judgeImport(file, specifier)).toBeNull();
  });
});

describe('imports that break them', () => {
  test.each([
    ['packages/protocol/src/a.ts', '@tpx/sdk', 'none of our packages'],
    ['packages/protocol/src/a.ts', 'node:fs', 'every platform'],
    ['packages/sdk/src/a.ts', 'bun', 'every platform'],
    ['packages/sdk/src/a.ts', '../../protocol/src/ids.ts', 'leaves packages/sdk'],
    ['packages/sdk/src/a/b/c.ts', '../../../x.ts', 'climbs 3'],
    ['packages/sdk/src/a.ts', './a.test.ts', 'imports a test'],
    ['packages/sdk/src/index.ts', './node/index.ts', 'one platform'],
    ['apps/server/src/messages/a.ts', '@tpx/sdk', 'only packages/protocol'],
    ['apps/cli/src/main.ts', '@tpx/server', 'not apps/server'],
    ['apps/server/src/messages/a.ts', '../channels/group.ts', 'below channels'],
    ['apps/server/src/session/session.ts', '../transports/tcp/listener.ts', 'below transports'],
    ['apps/server/src/db/sql.ts', '../messages/writer.ts', 'below messages'],
    ['apps/server/src/messages/a.ts', '../compose-live.ts', 'main.ts and compose*.ts alone'],
    ['apps/server/src/messages/a.ts', '../db/embedded-postgres.ts', 'adapter'],
    ['apps/server/src/messages/a.ts', '../misc/a.ts', 'no layer'],
    ['apps/server/src/greeting.ts', './groups/roles.ts', 'ports at most'],
    ['packages/sdk/src/a.ts', '@tpx/nothing', 'not in the table'],
  ])('%s imports %s', (file, specifier, words) => {
    expect(judgeImport(file, specifier)).toContain(words);
  });
});

test('a cycle between folders is found once, a diamond is none', () => {
  const edge = (from: string, to: string) => ({ from, to, site: '' });
  expect(findCycles([edge('a', 'b'), edge('a', 'c'), edge('b', 'd'), edge('c', 'd')])).toEqual([]);
  const cycle = [edge('a', 'b'), edge('b', 'c'), edge('c', 'a')];
  expect(findCycles([edge('x', 'a'), ...cycle])).toEqual([cycle]);
});
