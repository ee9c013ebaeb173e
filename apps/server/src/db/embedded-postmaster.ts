import { type Account, launchAs } from './embedded-account.ts';
import { nameForAccount } from './embedded-cluster.ts';
import { EmbeddedPostgresError } from './embedded-error.ts';
import { settingsArguments } from './embedded-settings.ts';
import type { FileLock } from './file-lock.ts';

export interface PostmasterOptions {
  readonly binary: string;
  readonly cluster: string;
  readonly clusterName: string;
  readonly socketFolder: string;
  readonly account: Account | null;
  /** The cluster's: the server and all its processes inherit it, and it stays locked while one of them runs. */
  readonly lock: FileLock;
  readonly log: (line: string) => void;
}

export interface Postmaster {
  readonly pid: number;
  /** Resolves with how it ended, whoever ended it. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

/** A killed server, or backends of it, are still about: to be cleared and tried again. */
export class ClusterInUse extends EmbeddedPostgresError {}

const READY = 'database system is ready to accept connections';
const WORTH_TELLING = /^(FATAL|PANIC|WARNING)|recovery|redo |syncing data directory|terminated by|No space/;
/** One line for each connection, of which a node has many; the client that connects gets it as an error, too. */
const NOT_WORTH_TELLING = /^FATAL: +(the database system is|terminating connection)/;
const IN_USE = /pre-existing shared memory block|lock file "postmaster\.pid" already exists/;
const LAST_WORDS = 12;
const FAST_SHUTDOWN_MS = 60_000;

/** Starts the server in a process group of its own and resolves when it accepts connections, recovery included. */
export async function startPostmaster(options: PostmasterOptions): Promise<Postmaster> {
  const { binary, cluster, account, log } = options;
  const { prefix, identity } = launchAs(account, 'INT');
  const child = Bun.spawn(
    [
      ...prefix,
      binary,
      '-D',
      nameForAccount(cluster, account),
      ...settingsArguments({
        cluster_name: options.clusterName,
        unix_socket_directories: options.socketFolder,
      }),
    ],
    {
      ...identity,
      cwd: cluster,
      // Nothing of the node's environment: PGPORT, PGDATA and their like would count.
      env: { PATH: process.env.PATH ?? '', LC_ALL: 'C' },
      // Ctrl-C in a terminal goes to the whole group, and the node still needs its database while it drains.
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe', options.lock.descriptor],
    },
  );
  const interruptWithNode = () => child.kill('SIGINT');
  process.once('exit', interruptWithNode);

  let stopping = false;
  const lastWords: string[] = [];
  const ready = Promise.withResolvers<void>();
  const reading = readLines(child.stderr, (line) => {
    if (line.includes(READY)) ready.resolve();
    if (NOT_WORTH_TELLING.test(line)) return;
    lastWords.push(line);
    if (lastWords.length > LAST_WORDS) lastWords.shift();
    if (WORTH_TELLING.test(line) && !stopping) log(`PostgreSQL: ${line}`);
  });
  const ended = child.exited.then(async (code) => {
    process.removeListener('exit', interruptWithNode);
    // A backend may hold the pipe for a moment longer than the server lives.
    await Promise.race([reading, Bun.sleep(1_000)]);
    const how = child.signalCode ?? `code ${code}`;
    return `PostgreSQL (process ${child.pid}) ended with ${how}: ${lastWords.join(' / ')}`;
  });

  const early = await Promise.race([ready.promise, ended]);
  if (early !== undefined) {
    const sentence = `The embedded PostgreSQL did not start. ${early}`;
    throw IN_USE.test(early) ? new ClusterInUse(sentence) : new EmbeddedPostgresError(sentence);
  }
  return {
    pid: child.pid,
    ended,
    stop: async () => {
      stopping = true;
      child.kill('SIGINT');
      // Immediate shutdown loses nothing that was acknowledged; the next start recovers it.
      const impatience = setTimeout(() => child.kill('SIGQUIT'), FAST_SHUTDOWN_MS);
      await ended;
      clearTimeout(impatience);
    },
  };
}

async function readLines(stream: ReadableStream<Uint8Array>, take: (line: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  }
  if (rest !== '') take(rest);
}
