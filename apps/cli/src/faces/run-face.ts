import type { Client } from '@tpx/sdk';
import type { Configuration } from '../config/options.ts';
import { drain } from '../lines/drain.ts';
import { createLineContext, type LineContext } from '../lines/line-context.ts';
import { linePorts } from '../ports/line-ports.ts';
import type { PreferencesFile } from '../profiles/preferences-file.ts';
import type { Profile } from '../profiles/profile.ts';
import { plainHttpWarning } from '../start/plain-http.ts';
import { escapeForTerminal } from '../text/escape.ts';
import { EXIT } from './exit-code.ts';
import { JsonFace } from './json-face.ts';
import { LinearFace } from './linear-face.ts';
import { runOnce } from './one-shot.ts';

export type Start = {
  client: Client;
  profile: Profile;
  preferences: PreferencesFile;
  set: Configuration;
  /** A command to begin with. */
  words: readonly string[];
};

const SEND_WITHIN_MS = 5_000;
/** Commands after which the terminal stays open: they are how somebody comes in. */
const COMING_IN = new Set(['register', 'login']);

/** The face that was asked for or that the terminal allows, until it ends. Gives the exit code. */
export async function runFace(start: Start): Promise<number> {
  const { client, profile, preferences, set, words } = start;
  const isOnce = words.length > 0 && !COMING_IN.has(words[0] ?? '');
  const first = words.length > 0 ? `/${words.join(' ')}` : undefined;
  if (!set.json && !isOnce && !set.linear && hasPictures()) {
    // Ink and React take a tenth of a second and 40 MB that lines do not need.
    const { runFullScreen } = await import('./full-screen-face.tsx');
    return await runFullScreen(start, first);
  }
  const warning = plainHttpWarning(profile.serverUrl);
  if (warning !== undefined) process.stderr.write(`${escapeForTerminal(warning)}\n`);
  const ports = linePorts(set.editor, () => preferences.current.bell);
  const context = await createLineContext({ client, profile, preferences, ports });
  leaveOnSignals(context);
  if (client.isSignedIn) client.connect();
  if (isOnce) {
    const code = await runOnce(context, words, set.yes ?? false);
    await client.close();
    return code;
  }
  const face = set.json
    ? new JsonFace(context, profile, set.yes ?? false)
    : new LinearFace(context, profile.serverUrl, set.yes ?? false);
  const code = await face.run(first);
  // Somebody who leaves without a connection does not want to wait for one; a script may.
  const isAway = client.connection.state === 'waiting' && process.stdin.isTTY;
  const unsent = await drain(client, isAway ? 0 : SEND_WITHIN_MS);
  await client.close();
  await face.left(unsent);
  return code;
}

/** A terminal on both sides that can move its cursor. */
function hasPictures(): boolean {
  const { TERM } = process.env;
  return Boolean(process.stdin.isTTY && process.stdout.isTTY && TERM && TERM !== 'dumb');
}

function leaveOnSignals(context: LineContext): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      context.quit();
      // Whatever the face is waiting for: a program without its terminal must not stay.
      setTimeout(() => process.exit(EXIT.failed), SEND_WITHIN_MS + 1_000).unref();
    });
  }
}
