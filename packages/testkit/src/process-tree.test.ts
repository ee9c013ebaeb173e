import { expect, test } from 'bun:test';
import { spawn } from 'node:child_process';
import { killTree, processTree, stillAlive } from './process-tree.ts';
import { until } from './until.ts';

test('TEST-3 killing a tree reaches grandchildren in groups of their own', async () => {
  const child = spawn('sh', ['-c', 'setsid sleep 60 & wait'], { detached: true, stdio: 'ignore' });
  const pid = child.pid ?? 0;
  const tree = await until(() => (processTree(pid).length >= 2 ? processTree(pid) : undefined), {
    what: 'the grandchild',
  });
  killTree(pid);
  await until(() => stillAlive(tree).length === 0, { what: 'the whole tree to be gone' });
  expect(processTree(pid)).toEqual([]);
});
