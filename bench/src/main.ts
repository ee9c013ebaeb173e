import { cluster } from './cluster/cluster.ts';
import { storm } from './cluster/storm.ts';
import { HelpWanted, UsageError } from './command-line.ts';
import { ceiling } from './fanout/ceiling.ts';
import { fanoutLarge } from './fanout/fanout-large.ts';
import { fanoutSmall } from './fanout/fanout-small.ts';
import { descendants } from './machine/process-figures.ts';
import { memory } from './memory/memory.ts';
import { million } from './million/million.ts';
import type { Result } from './result.ts';
import { seedCommand } from './seed/seed-command.ts';
import { send } from './send/send.ts';
import { picture } from './terminal/picture.ts';
import { terminal } from './terminal/terminal.ts';

/** Every measurement by the name that `npm run bench -- NAME` takes. Each prints what it sees and gives its figures. */
const BENCHES: Readonly<Record<string, (args: readonly string[]) => Promise<Result>>> = {
  seed: seedCommand,
  send,
  'fanout-small': fanoutSmall,
  'fanout-large': fanoutLarge,
  ceiling,
  memory,
  cluster,
  storm,
  million,
  terminal,
  picture,
};

const [name = '', ...args] = process.argv.slice(2);
const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
if (!bench) {
  console.error(
    `Usage: npm run bench -- NAME [options], where NAME is ${Object.keys(BENCHES).join(', ')}. NAME --help lists its options.`,
  );
  process.exit(2);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    // Servers, database and generators are not to outlive it.
    for (const pid of descendants(process.pid)) {
      try {
        process.kill(pid, 'SIGTERM');
      } catch {
        // It has ended with another.
      }
    }
    process.exit(signal === 'SIGINT' ? 130 : 143);
  });
}
try {
  const result = await bench(args);
  // The last line is for scripts.
  console.log(JSON.stringify({ bench: name, ...result }));
  process.exit(result.ok ? 0 : 1);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  if (error instanceof HelpWanted) {
    console.log(error.message);
    process.exit(0);
  }
  console.error(error.message);
  process.exit(2);
}
