/**
 * Who may import whom. To add a package or a server folder, add its row here: what is not in a table is refused.
 */

/** Our packages, by folder, with the packages each may import. `any`: tools around the product. */
export const PACKAGES: Readonly<Record<string, readonly string[] | 'any'>> = {
  'packages/protocol': [],
  'packages/sdk': ['packages/protocol'],
  'packages/crypto': ['packages/protocol'],
  'packages/terminal': ['packages/protocol', 'packages/sdk', 'packages/crypto'],
  'apps/cli': ['packages/terminal', 'packages/sdk', 'packages/protocol', 'packages/crypto'],
  'apps/desktop': ['packages/terminal', 'packages/sdk', 'packages/protocol', 'packages/crypto'],
  'apps/mobile': ['packages/terminal', 'packages/sdk', 'packages/protocol', 'packages/crypto'],
  'apps/server': ['packages/protocol'],
  'packages/testkit': 'any',
  bench: 'any',
  e2e: 'any',
  scripts: 'any',
};

/** These run in browsers and on phones too, so they take what their platform offers as arguments. */
export const PLATFORM_FREE: readonly string[] = [
  'packages/protocol',
  'packages/sdk',
  'packages/crypto',
  'packages/terminal',
];

/** What such a package offers for one platform, as an entry of its own that the rest never imports. */
export const PLATFORM_FOLDERS: readonly string[] = ['packages/sdk/src/node/'];

export const SERVER_SOURCE = 'apps/server/src';

/** The server's layers, top first. A folder imports its own layer and those below. */
export const SERVER_LAYERS: readonly (readonly string[])[] = [
  ['transports'],
  ['session'],
  ['channels'],
  ['messages', 'groups', 'dms', 'accounts', 'presence', 'audit', 'media', 'jobs', 'push'],
  ['backup', 'db', 'fanout', 'cluster', 'workers', 'config', 'limits'],
];

/**
 * Files of `apps/server/src` itself that put a node together: they import everything, and only each other import
 * them. Its other files (the greeting, the sentence for a failed start) import ports at most.
 */
export function isServerEntry(path: string): boolean {
  return /^(main|start|backup|restore|start-node|compose|compose-[a-z-]+)\.ts$/.test(path);
}

/**
 * Adapters of a port, as path beginnings below `apps/server/src`. Their own folder and the entries may import
 * them; everyone else imports the port.
 */
export const SERVER_ADAPTERS: readonly string[] = [
  'db/embedded-',
  'fanout/nats-',
  'cluster/nats-',
  'media/s3-',
  'media/local-',
];

/** A path that climbs further hides which folder it ends in. */
export const MAX_CLIMB = 2;

export function isTest(path: string): boolean {
  return /\.(test|soak|fixture)\.tsx?$/.test(path);
}
