import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort, until } from '@tpx/testkit';

const DEPLOY = resolve(import.meta.dirname, '../deploy');
const NAME = 'tpx.example.org';
/** The two nodes that the configurations name. */
const NODES = ['127.0.0.1:4000', '127.0.0.1:4100'];

export type LoadBalancer = AsyncDisposable & { name: string; port: number; url: string; certificate: string };
type Start = (nodes: readonly [string, string]) => Promise<LoadBalancer>;

/** The real nginx with `deploy/nginx.conf`; only addresses, ports and the certificate are other than in the file. */
const startNginx: Start = (nodes) =>
  start('nginx', 'nginx.conf', nodes, async (text, { folder, port, certificate, key }) => {
    const file = join(folder, 'nginx.conf');
    const config = replaceAll(text, [
      ['listen 443 ', `listen 127.0.0.1:${port} `],
      ['/etc/ssl/tpx/fullchain.pem', certificate],
      ['/etc/ssl/tpx/privkey.pem', key],
      ['worker_rlimit_nofile 200000;', `pid ${folder}/nginx.pid; error_log ${folder}/error.log; daemon off;`],
      ['worker_connections 90000;', 'worker_connections 1000;'],
      [
        'access_log off;',
        `access_log off; ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((part) => `${part}_temp_path ${folder}/${part};`).join(' ')}`,
      ],
    ]);
    await writeFile(file, config);
    return ['nginx', '-p', folder, '-c', file, '-e', join(folder, 'error.log')];
  });

/** The real Caddy with `deploy/Caddyfile`; it would get its certificate by itself, here it is given one. */
const startCaddy: Start = (nodes) =>
  start('Caddy', 'Caddyfile', nodes, async (text, { folder, port, certificate, key }) => {
    const file = join(folder, 'Caddyfile');
    const site = `\n${NAME} {`;
    const here = `\nhttps://${NAME}:${port} {\n\tbind 127.0.0.1\n\ttls ${certificate} ${key}`;
    const options = '\n\tgrace_period 5s';
    const changes = [
      [site, here] as const,
      [options, '\n\tadmin off\n\tauto_https off\n\tgrace_period 1s'] as const,
    ];
    await writeFile(file, replaceAll(text, changes));
    return ['caddy', 'run', '--config', file, '--adapter', 'caddyfile'];
  });

export const BALANCERS = [
  { what: 'nginx', program: 'nginx', start: startNginx },
  { what: 'Caddy', program: 'caddy', start: startCaddy },
];

/** Whether this machine has the balancer, and what the tests need beside it. */
export function canStart(program: string): boolean {
  const PATH = `${process.env.PATH}:/usr/sbin`;
  return [program, 'curl', 'openssl'].every((needed) => Bun.which(needed, { PATH }) !== null);
}

type Place = { folder: string; port: number; certificate: string; key: string };

async function start(
  what: string,
  configuration: string,
  nodes: readonly [string, string],
  prepare: (text: string, place: Place) => Promise<string[]>,
): Promise<LoadBalancer> {
  const folder = await mkdtemp(join(tmpdir(), 'tpx-balancer-'));
  const port = await freePort();
  const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  const request = `req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=${NAME} -addext subjectAltName=DNS:${NAME}`;
  const made = spawnSync('openssl', [...request.split(' '), '-out', certificate, '-keyout', key]);
  if (made.status !== 0) throw new Error(`openssl: ${made.stderr}`);
  const text = replaceAll(await readFile(join(DEPLOY, configuration), 'utf8'), [
    [NODES[0] ?? '', new URL(nodes[0]).host],
    [NODES[1] ?? '', new URL(nodes[1]).host],
  ]);
  const command = await prepare(text, { folder, port, certificate, key });
  const child = Bun.spawn(command, {
    stdout: 'ignore',
    stderr: 'pipe',
    env: {
      ...process.env,
      PATH: `${process.env.PATH}:/usr/sbin`,
      HOME: folder,
      XDG_DATA_HOME: folder,
      XDG_CONFIG_HOME: folder,
    },
  });
  const balancer = {
    name: NAME,
    port,
    url: `https://${NAME}:${port}`,
    certificate: await readFile(certificate, 'utf8'),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM');
      await child.exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
  try {
    const ready = async () => child.exitCode !== null || (await curl(balancer, '/healthz')).status === 200;
    await until(ready, { what: `${what} to answer`, timeoutMs: 20_000, everyMs: 50 });
    if (child.exitCode !== null) throw new Error(`${what} ended: ${await new Response(child.stderr).text()}`);
  } catch (error) {
    await balancer[Symbol.asyncDispose]();
    throw error;
  }
  return balancer;
}

/** Each change is in the file, else the test would run another configuration than it says. */
function replaceAll(text: string, changes: readonly (readonly [from: string, to: string])[]): string {
  return changes.reduce((changed, [from, to]) => {
    if (!changed.includes(from)) throw new Error(`The configuration does not say “${from}” any more.`);
    return changed.replaceAll(from, to);
  }, text);
}

export type CurlAnswer = { status: number; http: string; body: string };

/** A request by curl, which chooses the HTTP version and its own address as the test asks. */
export async function curl(
  { name, port, url }: Pick<LoadBalancer, 'name' | 'port' | 'url'>,
  path: string,
  options: readonly string[] = [],
): Promise<CurlAnswer> {
  const connect = `${name}:${port}:127.0.0.1:${port}`;
  const told = '\n%{http_code} %{http_version}';
  const child = Bun.spawn(['curl', '-sk', '--connect-to', connect, '-w', told, ...options, url + path]);
  const output = await new Response(child.stdout).text();
  const end = output.lastIndexOf('\n');
  const [status = '0', http = ''] = output.slice(end + 1).split(' ');
  return { status: Number(status), http, body: output.slice(0, end) };
}
