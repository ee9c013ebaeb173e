/**
 * `node scripts/schemathesis.mjs [--seconds N] [--seed N]`: schemathesis against a node of its own. Fails on an answer of
 * 5xx, on one that `/openapi.json` does not describe, on a request schema that is wider than what is accepted, and on one that
 * is narrower. It needs Python 3.10 or later with venv; what it installs is pinned in schemathesis/requirements.txt.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bunPath, ensureInstalled, root } from './install.mjs';

const folder = join(root, 'scripts', 'schemathesis');
const READY_WITHIN_MS = 60_000;
const PASSWORD = 'quiet-harbour-lantern-42';

/** @param {string} name @param {number} otherwise */
function option(name, otherwise) {
  const at = process.argv.indexOf(`--${name}`);
  const value = at === -1 ? otherwise : Number(process.argv[at + 1]);
  if (Number.isInteger(value) && value > 0) return value;
  console.error(`--${name} needs a whole number above 0.`);
  process.exit(1);
}

const seconds = option('seconds', 120);
const seed = option('seed', 20_260_701);

/** A virtual environment for this list of packages, kept where git does not look. */
function install() {
  const requirements = join(folder, 'requirements.txt');
  const version = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const venv = join(root, 'node_modules', '.cache', `schemathesis-${version}`);
  const python = join(venv, 'bin', 'python');
  const stamp = join(venv, 'installed');
  if (!existsSync(stamp)) {
    console.log('Installing schemathesis ...');
    rmSync(venv, { recursive: true, force: true });
    run('python3', ['-m', 'venv', venv]);
    run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]);
    writeFileSync(stamp, '');
  }
  return join(venv, 'bin', 'schemathesis');
}

/** @param {string} command @param {string[]} args */
function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (status === 0) return;
  console.error(`${command} ${args.join(' ')} failed${error ? `: ${error.message}` : '.'}`);
  process.exit(1);
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** @param {string} url */
async function waitUntilReady(url) {
  for (const deadline = Date.now() + READY_WITHIN_MS; Date.now() < deadline; ) {
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('The node did not become ready.');
}

/**
 * @param {string} url
 * @param {string} method
 * @param {string} path
 * @param {unknown} body
 * @param {string} [token]
 */
async function call(url, method, path, body, token) {
  const answer = await fetch(url + path, {
    method,
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
  return JSON.parse(text);
}

/** People, groups, a DM and messages: ids of what is there reach further into the handlers. @param {string} url */
async function makeWorld(url) {
  /** @param {string} username */
  const person = async (username) => {
    const made = await call(url, 'POST', '/auth/register', { username, password: PASSWORD });
    return { username, password: PASSWORD, id: made.user.id, token: made.access_token };
  };
  const asker = await person('asker');
  const leaver = await person('leaver');
  const other = await person('other');
  const ids = { users: [asker.id, leaver.id, other.id], groups: [''], dms: [''], messages: [''] };
  /** @param {string} path @param {unknown} body */
  const post = (path, body) => call(url, 'POST', path, body, asker.token);
  ids.groups = [];
  for (const name of ['one', 'two', 'three']) ids.groups.push((await post('/groups', { name })).group.id);
  const [group = ''] = ids.groups;
  await post(`/groups/${group}/add`, { user_id: other.id });
  await post(`/groups/${group}/invites`, {});
  ids.dms = [(await post('/dms', { user_id: other.id })).dm.id];
  ids.messages = [];
  for (let number = 0; number < 5; number++) {
    const content = { text: `message ${number}` };
    const { message } = await post('/messages/send', { group_id: group, type: 'text', content });
    ids.messages.push(message.id);
  }
  return { asker, leaver, ids };
}

await ensureInstalled();
const schemathesis = install();
const scratch = mkdtempSync(join(tmpdir(), 'tpx-schemathesis-'));
// The embedded Postgres of a node that root has started runs as another user.
chmodSync(scratch, 0o755);
const port = await freePort();
const url = `http://127.0.0.1:${port}`;
const node = spawn(bunPath, [join(root, 'apps/server/src/main.ts')], {
  env: {
    ...process.env,
    TPX_PORT: String(port),
    TPX_DATA_DIR: join(scratch, 'data'),
    TPX_RATE_LIMITS: 'off',
  },
  stdio: ['ignore', 'pipe', 'pipe'],
});
let log = '';
for (const stream of [node.stdout, node.stderr])
  stream.on('data', (chunk) => {
    log = (log + chunk).slice(-20_000);
  });
const ended = new Promise((resolve) => {
  node.once('exit', resolve);
});

let code = 1;
try {
  await waitUntilReady(url);
  const world = join(scratch, 'world.json');
  writeFileSync(world, JSON.stringify(await makeWorld(url)));
  console.log(
    `schemathesis, seed ${seed}, ${seconds} s. Again: node scripts/schemathesis.mjs --seed ${seed}`,
  );
  code = await new Promise((resolve) => {
    const child = spawn(
      schemathesis,
      [
        ...['--config-file', join(folder, 'schemathesis.toml'), 'run', `${url}/openapi.json`],
        ...['--max-time', String(seconds), '--seed', String(seed), '--workers', '1'],
        ...['--phases', 'coverage,fuzzing,stateful', '--generation-database', 'none'],
        ...['--continue-on-failure', '--warnings', 'off', '--no-color', '--output-truncate', 'true'],
      ],
      {
        cwd: scratch,
        env: {
          ...process.env,
          SCHEMATHESIS_HOOKS: 'hooks',
          PYTHONPATH: folder,
          PYTHONDONTWRITEBYTECODE: '1',
          TPX_SCHEMATHESIS_URL: url,
          TPX_SCHEMATHESIS_WORLD: world,
        },
        stdio: 'inherit',
      },
    );
    child.once('exit', (status) => resolve(status ?? 1));
  });
} finally {
  if (code !== 0) console.log(`\nThe end of the node's log:\n${log.slice(-4_000)}`);
  node.kill('SIGTERM');
  await ended;
  rmSync(scratch, { recursive: true, force: true });
}
process.exit(code);
