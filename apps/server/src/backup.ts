/** `npm run backup -- FILE`: everything that is stored, as of now, in one new file (docs/backup.md). */
import { randomBytes } from 'node:crypto';
import { constants, copyFileSync, existsSync, linkSync, rmSync } from 'node:fs';
import packageJson from '../package.json' with { type: 'json' };
import { BackupError } from './backup/backup-format.ts';
import { count } from './backup/progress.ts';
import { runCommand } from './backup/run-command.ts';
import { writeBackup } from './backup/write-backup.ts';
import { inTransaction, withStoredData } from './compose-storage.ts';
import { readConfig } from './config/config.ts';
import { toStartError } from './start-error.ts';

const say = (line: string) => console.log(line);

await runCommand('backup', process.argv.slice(2), toStartError, async (file) => {
  if (existsSync(file)) throw new BackupError(`${file} is there already: name a new file.`);
  // Under another name until it is whole, so that one that was interrupted is not taken for a backup.
  // A name of its own: two backups to one file must not write into each other.
  const unfinished = `${file}.${randomBytes(4).toString('hex')}.partial`;
  say(`Backing up to ${file} ...`);
  // However it ends, a signal included: an unfinished file holds keys too.
  process.once('exit', () => rmSync(unfinished, { force: true }));
  try {
    const { takenAt, rows } = await withStoredData(readConfig(process.env), say, (address) =>
      inTransaction(address, (tx) => writeBackup(tx, unfinished, { version: packageJson.version, say })),
    );
    giveName(unfinished, file);
    say(`Done: ${count(rows)} as of ${takenAt}. The file holds keys: keep it where only you can read it.`);
  } finally {
    rmSync(unfinished, { force: true });
  }
});

/** Unlike a rename it never replaces a file that came meanwhile. */
function giveName(unfinished: string, file: string): void {
  try {
    linkSync(unfinished, file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') throw error;
    // A file system without hard links, such as FAT.
    copyFileSync(unfinished, file, constants.COPYFILE_EXCL);
  }
}
