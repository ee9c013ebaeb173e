import { Client } from '@tpx/sdk';
import { errorBody, explainError, UsageError } from '@tpx/terminal';
import { ConfigError, readConfigFile } from './config/config-file.ts';
import { configuredPreferences } from './config/configured-preferences.ts';
import type { Configuration } from './config/options.ts';
import { EXIT } from './faces/exit-code.ts';
import { runFace } from './faces/run-face.ts';
import { chooseProfile, rememberProfile } from './profiles/choose-profile.ts';
import { PreferencesFile } from './profiles/preferences-file.ts';
import { openProfile } from './profiles/profile.ts';
import { startHelp } from './start/start-help.ts';
import { readStartOptions } from './start/start-options.ts';
import { escapeForTerminal, toJsonLine } from './text/escape.ts';

/** What has been written goes out, unless there is no terminal any more, where a write may never end. */
const LAST_WORDS_WITHIN_MS = 500;

const argv = process.argv.slice(2);

// Nothing more can be written. Where the reader is gone, as after `| head -1`, there is nothing to say either.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') process.stderr.write(`${escapeForTerminal(error.message)}\n`);
  process.exit(EXIT.failed);
});

try {
  process.exitCode = await main();
} catch (error) {
  if (argv.includes('--json'))
    process.stdout.write(`${toJsonLine({ event: 'error', error: errorBody(error) })}\n`);
  else process.stderr.write(`${escapeForTerminal(messageOf(error))}\n`);
  process.exitCode = error instanceof UsageError || error instanceof ConfigError ? EXIT.usage : EXIT.failed;
}
// An attempt to connect that still hangs must not keep the terminal.
setTimeout(() => process.exit(), LAST_WORDS_WITHIN_MS);
process.stdout.write('', () => process.exit());

async function main(): Promise<number> {
  const { flags, words } = readStartOptions(argv);
  if (flags.help) {
    process.stdout.write(`${startHelp().join('\n')}\n`);
    return EXIT.ok;
  }
  const set: Configuration = { ...(await readConfigFile(flags.config)), ...flags };
  const profile = await openProfile(await chooseProfile(flags.profile, words, set.profile), {
    asked: flags.server,
    configured: set.server,
  });
  const preferences = await PreferencesFile.open(profile.settings, configuredPreferences(set));
  const client = new Client({ serverUrl: profile.serverUrl, storage: profile.storage });
  let remembering: Promise<void> | undefined;
  client.events.on('connection', ({ state }) => {
    // A client connects only while it is signed in. If this cannot be stored, the next start opens another profile.
    if (state === 'connecting') remembering ??= rememberProfile(profile.name).catch(() => undefined);
  });
  try {
    await client.open();
    return await runFace({ client, profile, preferences, set, words });
  } finally {
    // The process exits next: finish the writes that have started.
    await Promise.all([remembering, profile.storage.settled(), profile.settings.settled()]);
  }
}

function messageOf(error: unknown): string {
  return error instanceof ConfigError ? error.message : explainError(error);
}
