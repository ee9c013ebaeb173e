/** `npm run restore -- FILE`: fills an empty database with what a backup holds (docs/backup.md). */
import { count } from './backup/progress.ts';
import { checkBackup, restoreBackup } from './backup/restore-backup.ts';
import { runCommand } from './backup/run-command.ts';
import { inTransaction, withNewData } from './compose-storage.ts';
import { readConfig } from './config/config.ts';
import { toStartError } from './start-error.ts';

const say = (line: string) => console.log(line);

await runCommand('restore', process.argv.slice(2), toStartError, async (file) => {
  const config = readConfig(process.env);
  say(`Checking ${file} ...`);
  const { taken_at, tpx_version } = await checkBackup(file);
  say(`It is whole: of ${taken_at}, by TPX ${tpx_version}. Restoring ...`);
  const { rows } = await withNewData(config, say, (address) =>
    inTransaction(address, (tx) => restoreBackup(tx, file, say)),
  );
  say(`Done: ${count(rows)}. The server can start.`);
});
