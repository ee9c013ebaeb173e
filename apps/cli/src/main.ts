import { App } from './app.ts';
import { startHelp } from './commands/help.ts';
import type { Face } from './faces/face.ts';
import { JsonFace } from './faces/json-face.ts';
import { PlainFace } from './faces/plain-face.ts';
import { chooseProfile } from './profiles/choose-profile.ts';
import { openProfile } from './profiles/profile.ts';
import { readStartOptions } from './start-options.ts';
import { escapeForTerminal, toJsonLine } from './text/escape.ts';
import { errorBody, explainError } from './text/explain-error.ts';

/** What is still to be sent at the end gets this long. */
const SEND_WITHIN_MS = 5_000;
const LAST_WORDS_WITHIN_MS = 500;

const argv = process.argv.slice(2);

try {
  process.exitCode = await main();
} catch (error) {
  if (argv.includes('--json'))
    process.stdout.write(`${toJsonLine({ event: 'error', error: errorBody(error) })}\n`);
  else process.stderr.write(`${escapeForTerminal(explainError(error))}\n`);
  process.exitCode = 1;
}
// An attempt to connect that still hangs must not keep the terminal; what is written goes out first, unless there is no
// terminal any more, where a write may never end.
setTimeout(() => process.exit(), LAST_WORDS_WITHIN_MS);
process.stdout.write('', () => process.exit());

async function main(): Promise<number> {
  const options = readStartOptions(argv);
  if (options.help) {
    process.stdout.write(`${startHelp().join('\n')}\n`);
    return 0;
  }
  const profile = await chooseProfile(options.profile, options.words);
  const app = new App(await openProfile(profile, options.server));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      app.quit();
      // Whatever the face is waiting for: a program without its terminal must not stay.
      setTimeout(() => process.exit(1), SEND_WITHIN_MS + LAST_WORDS_WITHIN_MS);
    });
  }
  await app.open();
  const first = options.words.length > 0 ? `/${options.words.join(' ')}` : undefined;
  const face: Face = options.json ? new JsonFace(app) : new PlainFace(app, first);
  const code = await face.run();
  // Somebody who leaves without a connection does not want to wait for one; a script may.
  const unsent = await app.drain(app.isLost && process.stdin.isTTY ? 0 : SEND_WITHIN_MS);
  await app.client.close();
  await face.left(unsent);
  return code;
}
