import { afterEach, expect, test } from 'bun:test';
import { join } from 'node:path';
import { until } from '@tpx/testkit';
import { Supervisor } from './supervisor.ts';
import { WorkerProcess } from './worker-process.ts';

const fixture = join(import.meta.dirname, 'worker.fixture.ts');
const supervisors: Supervisor[] = [];

afterEach(async () => {
  for (const supervisor of supervisors.splice(0)) await supervisor.drain();
});

/** The first worker that is started gets `args`. */
async function supervise(count: number, args: string[]): Promise<{ said: string[]; pids: number[] }> {
  const said: string[] = [];
  const pids: number[] = [];
  const spawn = (number: number) => {
    const worker = new WorkerProcess({
      command: [process.execPath, fixture, ...(pids.length === 0 ? args : [])],
      orders: { number, database: { url: 'postgres://nowhere' }, port: 0 },
      allMetrics: async () => '',
    });
    pids.push(worker.pid);
    return worker;
  };
  const supervisor = new Supervisor({ count, spawn, say: (line) => said.push(line) });
  supervisors.push(supervisor);
  await supervisor.start();
  return { said, pids };
}

test('CLU-25 a worker whose event loop does not turn is killed and replaced, another is not', async () => {
  const { said, pids } = await supervise(2, ['blocked']);
  await until(() => pids.length === 3 && said.some((line) => line.includes(`process ${pids[2]}.`)), {
    what: 'another in its place',
    timeoutMs: 30_000,
  });
  expect(said).toContain('Worker 1 has stood still for 8 s. It is killed.');
  expect(said).toContain('Worker 1 ended with SIGKILL. It is started again now.');
  expect(said.filter((line) => line.startsWith('Worker 2'))).toEqual([]);
});

test('CLU-25 a supervisor that stood still itself takes nobody for dead', async () => {
  const { said, pids } = await supervise(1, []);
  // As a machine that was suspended, or one that gives this process no time.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 12_000);
  // The look that was due meanwhile, and the next one.
  await Bun.sleep(1_500);
  expect(said.filter((line) => line.startsWith('Worker 1'))).toEqual([]);
  expect(pids).toHaveLength(1);
});
