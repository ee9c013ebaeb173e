import { posix } from 'node:path';
import {
  isServerEntry,
  isTest,
  MAX_CLIMB,
  PACKAGES,
  PLATFORM_FOLDERS,
  PLATFORM_FREE,
  SERVER_ADAPTERS,
  SERVER_LAYERS,
  SERVER_SOURCE,
} from './rules.ts';

/** What the rules say against one import, as a sentence, or null. Paths are relative to the repository. */
export function judgeImport(file: string, specifier: string): string | null {
  if (specifier.startsWith('.')) return judgeRelative(file, specifier);
  if (specifier.startsWith('@tpx/')) return judgePackage(file, specifier);
  return judgePlatform(file, specifier);
}

function packageOf(path: string): string | undefined {
  return Object.keys(PACKAGES).find((folder) => path.startsWith(`${folder}/`));
}

function judgeRelative(file: string, specifier: string): string | null {
  const climb = specifier.split('/').filter((part) => part === '..').length;
  if (climb > MAX_CLIMB)
    return `climbs ${climb} levels; at most ${MAX_CLIMB}: import the package by its name`;
  const target = posix.normalize(posix.join(posix.dirname(file), specifier));
  const home = packageOf(file);
  if (home !== 'scripts' && packageOf(target) !== home) {
    return `leaves ${home ?? 'its package'}: import the other package by its name`;
  }
  if (!isTest(file) && isTest(target)) return 'product code imports a test';
  const platform = PLATFORM_FOLDERS.find((folder) => target.startsWith(folder));
  if (platform !== undefined && !file.startsWith(platform) && !isTest(file)) {
    return `${platform} is for one platform: the rest of ${home} may not import it`;
  }
  if (isTest(file) || !file.startsWith(`${SERVER_SOURCE}/`)) return null;
  return judgeServer(file.slice(SERVER_SOURCE.length + 1), target.slice(SERVER_SOURCE.length + 1));
}

function judgePackage(file: string, specifier: string): string | null {
  if (isTest(file)) return null;
  const home = packageOf(file);
  const name = specifier.split('/')[1];
  const target = Object.keys(PACKAGES).find((folder) => posix.basename(folder) === name);
  if (target === undefined) return `${specifier} is not in the table of packages`;
  const allowed = home === undefined ? [] : (PACKAGES[home] ?? []);
  if (allowed === 'any' || target === home || allowed.includes(target)) return null;
  return `${home ?? file} may import ${allowed.length === 0 ? 'none of our packages' : `only ${allowed.join(', ')}`}, not ${target}`;
}

function judgePlatform(file: string, specifier: string): string | null {
  const home = packageOf(file);
  if (home === undefined || isTest(file) || !PLATFORM_FREE.includes(home)) return null;
  if (PLATFORM_FOLDERS.some((folder) => file.startsWith(folder))) return null;
  return /^(node:|bun$|bun:)/.test(specifier)
    ? `${home} runs on every platform and may not import ${specifier}`
    : null;
}

/** Both paths are below `apps/server/src`. */
function judgeServer(file: string, target: string): string | null {
  if (isServerEntry(file)) return null;
  if (isServerEntry(target))
    return `${target} puts the node together and is imported by main.ts and compose*.ts alone`;
  const from = serverFolder(file);
  const to = serverFolder(target);
  const adapter = SERVER_ADAPTERS.find((beginning) => target.startsWith(beginning));
  if (adapter !== undefined && from !== to) {
    return `${adapter}* is an adapter: only main.ts and compose*.ts name it, others import the port of ${to}`;
  }
  if (to === '' || to === from) return null;
  const targetLayer = layerOf(to);
  if (targetLayer === -1) return `folder ${to} has no layer: add it to scripts/boundaries/rules.ts`;
  if (from === '') {
    return targetLayer === SERVER_LAYERS.length - 1
      ? null
      : `a file of ${SERVER_SOURCE} itself imports ports at most`;
  }
  const ownLayer = layerOf(from);
  if (ownLayer === -1) return `folder ${from} has no layer: add it to scripts/boundaries/rules.ts`;
  if (ownLayer <= targetLayer) return null;
  return `${from} is below ${to}: dependencies go transports, session, channels, domain, ports`;
}

export function serverFolder(path: string): string {
  return path.includes('/') ? (path.split('/')[0] ?? '') : '';
}

function layerOf(folder: string): number {
  return SERVER_LAYERS.findIndex((layer) => layer.includes(folder));
}
