import { spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { onPath } from './on-path.mjs';

/**
 * Starts a nats-server for this process alone, on a free port of 127.0.0.1, and ends it with this process.
 *
 * @returns {Promise<string>} its URL
 */
export async function startNatsServer() {
  const program = onPath('nats-server');
  if (program === undefined) {
    console.error(
      'A cluster needs nats-server, and it is not installed. On Debian: apt-get install nats-server. Elsewhere see https://nats.io/download. Or set TPX_NATS_URL to one that runs.',
    );
    process.exit(1);
  }
  const port = await freePort();
  const [command = program, ...args] = [...dieWithParent(), program, '-a', '127.0.0.1', '-p', String(port)];
  // A group of its own: Ctrl-C goes to the whole group, and the workers still need NATS while they drain.
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  process.on('exit', () => child.kill('SIGKILL'));
  child.on('exit', () => console.error('nats-server has ended: the workers go on, each alone.'));
  return `nats://127.0.0.1:${port}`;
}

/**
 * With setpriv the kernel ends the child when this process dies, also by a kill -9.
 *
 * @returns {string[]} words before the command
 */
function dieWithParent() {
  const prefix = ['--pdeathsig=KILL', '--'];
  // Tried, not looked up: busybox has a setpriv without this option.
  return spawnSync('setpriv', [...prefix, 'true'], { stdio: 'ignore' }).status === 0
    ? ['setpriv', ...prefix]
    : [];
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(address !== null && typeof address === 'object' ? address.port : 0));
    });
  });
}
