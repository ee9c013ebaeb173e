import { z } from 'zod';

/** A backup that cannot be made or restored, as a sentence that says what to do. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
}

/** Counts up when an older program could not read what a newer one writes (docs/backup.md). */
export const FORMAT_VERSION = 1;

export const MANIFEST = 'manifest.json';
export const END = 'end.json';

/** A table's rows are cut into entries of about this size, so that neither side holds more of them. */
export const CHUNK_BYTES = 1024 * 1024;
/** No entry of this version is longer. */
export const ENTRY_MAX_BYTES = 64 * 1024 * 1024;

export const Manifest = z.object({
  format: z.literal('tpx-backup'),
  format_version: z.int().positive(),
  tpx_version: z.string(),
  postgres_version: z.string(),
  /** When the snapshot was taken, by the clock of Postgres. */
  taken_at: z.string(),
  migrations: z.array(z.object({ name: z.string(), checksum: z.string() })),
  /** In an order in which foreign keys hold. */
  tables: z.array(z.object({ name: z.string(), columns: z.array(z.string()) })),
  sequences: z.array(z.object({ name: z.string(), last_value: z.string() })),
});
export type Manifest = z.output<typeof Manifest>;

export const End = z.object({
  /** Rows by table. */
  rows: z.record(z.string(), z.int().nonnegative()),
  /** Of all bytes of the tar before this entry, in hexadecimal. */
  sha256: z.string(),
});
export type End = z.output<typeof End>;

export function chunkName(table: string, number: number): string {
  return `tables/${table}/${String(number).padStart(6, '0')}.copy`;
}

/** Null for an entry that is no part of a table. */
export function tableOfChunk(name: string): string | null {
  return /^tables\/([^/]+)\/\d+\.copy$/.exec(name)?.[1] ?? null;
}
