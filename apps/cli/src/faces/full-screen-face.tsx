import { createTerminal, type Preferences, type Screen, unsentSentence } from '@tpx/terminal';
import { render } from 'ink';
import type { Decoded } from '../input/sequence-event.ts';
import { drain } from '../lines/drain.ts';
import { deviceName } from '../lines/line-context.ts';
import { Painter } from '../paint/painter.ts';
import { terminalTraits } from '../paint/terminal-traits.ts';
import { terminalPorts } from '../ports/terminal-ports.ts';
import { plainHttpWarning } from '../start/plain-http.ts';
import { Hold } from '../tty/hold.ts';
import { Keyboard } from '../tty/keyboard.ts';
import { Modes } from '../tty/modes.ts';
import { watchSize } from '../tty/size.ts';
import { writeNow } from '../tty/write-now.ts';
import { endOnCrash } from './crash.ts';
import { EXIT } from './exit-code.ts';
import { FullScreen } from './FullScreen.tsx';
import { Frames } from './frames.ts';
import type { Start } from './run-face.ts';

const SEND_WITHIN_MS = 3_000;

/** The terminal on the whole screen. `first`: a line to begin with. Gives the exit code. */
export async function runFullScreen({ client, profile, preferences, set }: Start, first: string | undefined) {
  const warnings = [plainHttpWarning(profile.serverUrl)].filter((warning) => warning !== undefined);
  const { stdin, stdout } = process;
  const { promise: left, resolve: leave } = Promise.withResolvers<void>();
  const modes = new Modes(writeNow);
  modes.mouse = preferences.current.mouse;
  const painter = new Painter((text) => stdout.write(text), terminalTraits(process.env));
  const keyboard = new Keyboard(stdin, (events) => hear(events));
  const hold = new Hold({
    modes,
    keyboard,
    onTaken() {
      frames.resume();
      size.tell();
    },
  });
  const save = async (changed: Preferences) => {
    modes.mouse = changed.mouse;
    await preferences.save(changed);
  };
  const ports = terminalPorts({
    write: (text) => stdout.write(text),
    hold,
    editor: set.editor,
    preferences,
    save,
    leave,
  });
  const size = watchSize(stdout, (columns, rows) => {
    painter.forget();
    terminal.input({ type: 'resize', columns, rows });
    frames.take();
    // The picture may be the same; what the terminal shows of it is not.
    paint(frames.current());
  });
  const terminal = createTerminal({
    client,
    ports,
    storage: profile.storage,
    deviceName: deviceName(),
    serverName: new URL(profile.serverUrl).host,
    warnings,
    preferences: preferences.current,
    size: size.now(),
  });
  const frames = new Frames(terminal);
  const hear = (events: readonly Decoded[]) => {
    for (const event of events) {
      if (event.type !== 'answer') terminal.input(event);
      else if (event.of === 'kitty keyboard') modes.takeKittyKeyboard();
      else painter.synchronised = event.yes;
    }
    frames.take();
  };
  const paint = (screen: Screen) => {
    if (!hold.isHeld) return;
    painter.paint(screen);
    // A terminal that is slow gets the newest picture when it is ready, not every one between.
    if (!stdout.writableNeedDrain) return;
    frames.pause();
    stdout.once('drain', () => frames.resume());
  };

  endOnCrash(() => hold.giveBack());
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, leave);
  hold.followJobControl();
  hold.take();
  const ink = render(<FullScreen frames={frames} paint={paint} />, {
    exitOnCtrlC: false,
    patchConsole: false,
  });
  await terminal.start();
  if (first !== undefined) {
    hear([
      { type: 'paste', text: first },
      { type: 'key', key: { name: 'enter', ctrl: false, alt: false, shift: false } },
    ]);
  }
  await left;
  ink.unmount();
  frames.close();
  hold.giveBack();
  const unsent = await drain(client, client.connection.state === 'online' ? SEND_WITHIN_MS : 0);
  await terminal.close();
  const sentence = unsentSentence(unsent);
  if (sentence !== undefined) stdout.write(`${sentence}\n`);
  return EXIT.ok;
}
