import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import {
  BackupError,
  END,
  ENTRY_MAX_BYTES,
  End,
  FORMAT_VERSION,
  MANIFEST,
  Manifest,
  tableOfChunk,
} from './backup-format.ts';
import { rowsIn } from './progress.ts';
import { readTar } from './tar.ts';

export interface BackupVisitor {
  manifest?(manifest: Manifest): Promise<void>;
  /** A piece of the rows of a table, as COPY takes them; pieces of a table follow each other. */
  chunk?(table: string, bytes: Uint8Array): Promise<void>;
}

/**
 * Reads a backup from its first byte to its last, and resolves only where it is whole.
 *
 * @throws {BackupError} where the file is no backup, is damaged or cut short, or is of a newer version
 */
export async function readBackup(file: string, visitor: BackupVisitor = {}): Promise<Manifest> {
  const hash = createHash('sha256');
  const rows = new Map<string, number>();
  let manifest: Manifest | undefined;
  for await (const { name, body, raw } of entriesOf(file)) {
    if (name === END) {
      if (!manifest) break;
      checkEnd(file, parse(file, End, body), { rows, sha256: hash.digest('hex') });
      return manifest;
    }
    for (const bytes of raw) hash.update(bytes);
    if (!manifest) {
      if (name !== MANIFEST) throw new BackupError(`${file} is not a backup of TPX.`);
      manifest = readManifest(file, body);
      await visitor.manifest?.(manifest);
      continue;
    }
    const table = tableOfChunk(name);
    if (table === null) throw newerFormat(file, manifest);
    rows.set(table, (rows.get(table) ?? 0) + rowsIn(body));
    await visitor.chunk?.(table, body);
  }
  throw new BackupError(`${file} is cut short: its end is missing. Use another backup.`);
}

function readManifest(file: string, body: Uint8Array): Manifest {
  const newer = JSON.parse(Buffer.from(body).toString()) as Partial<Manifest>;
  if (typeof newer.format_version === 'number' && newer.format_version > FORMAT_VERSION)
    throw newerFormat(file, newer);
  return parse(file, Manifest, body);
}

function newerFormat(file: string, { tpx_version }: Partial<Manifest>): BackupError {
  return new BackupError(
    `${file} was made by a newer version of TPX (${tpx_version}): restore it with that version or a later one.`,
  );
}

function checkEnd(
  file: string,
  end: End,
  found: { rows: ReadonlyMap<string, number>; sha256: string },
): void {
  const damaged = Object.entries(end.rows).find(([table, rows]) => (found.rows.get(table) ?? 0) !== rows);
  if (damaged === undefined && end.sha256 === found.sha256) return;
  throw new BackupError(
    `${file} is damaged: ${damaged ? `rows of ${damaged[0]} are missing` : 'its checksum does not match'}. Use another backup.`,
  );
}

function parse<T>(
  file: string,
  schema: { safeParse(value: unknown): { success: boolean; data?: T } },
  body: Uint8Array,
): T {
  const parsed = schema.safeParse(JSON.parse(Buffer.from(body).toString()));
  if (!parsed.success || parsed.data === undefined) throw new BackupError(`${file} is not a backup of TPX.`);
  return parsed.data;
}

async function* entriesOf(file: string): ReturnType<typeof readTar> {
  const source = createReadStream(file);
  const gunzip = createGunzip();
  source.once('error', (error) => gunzip.destroy(error));
  let isTar = false;
  const visited = readTar(source.pipe(gunzip), ENTRY_MAX_BYTES);
  try {
    for (;;) {
      const next = await visited.next().catch((error: NodeJS.ErrnoException) => {
        throw readError(file, error, isTar);
      });
      if (next.done) return;
      isTar = true;
      yield next.value;
    }
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

function readError(file: string, error: NodeJS.ErrnoException, isTar: boolean): BackupError {
  if (error.code === 'ENOENT') return new BackupError(`There is no file ${file}.`);
  if (error.code === 'Z_BUF_ERROR')
    return new BackupError(`${file} is cut short: its end is missing. Use another backup.`);
  if (error.syscall !== undefined) return new BackupError(`${file} cannot be read: ${error.message}.`);
  return isTar
    ? new BackupError(`${file} is damaged (${error.message}). Use another backup.`)
    : new BackupError(`${file} is not a backup of TPX.`);
}
