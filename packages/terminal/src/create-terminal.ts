import { COMMANDS } from './commands/table.ts';
import { bindingFaults } from './keys/bindings.ts';
import type { InputEvent } from './keys/input-event.ts';
import { Completer } from './language/completer.ts';
import { followClient } from './live/client-events.ts';
import { commandContext } from './live/command-context.ts';
import type { Doing } from './live/deeds.ts';
import { paste, pressKey } from './live/keyboard.ts';
import { Live } from './live/live.ts';
import { press } from './live/pointer.ts';
import { scrollRows } from './live/scroll-deeds.ts';
import { runInTab } from './live/submit.ts';
import { Tabs } from './live/tabs.ts';
import { STATUS_TAB } from './state/state.ts';
import type { Terminal, TerminalOptions } from './terminal.ts';

const LOOKS: ReadonlySet<InputEvent['type']> = new Set(['key', 'paste', 'press']);

/** The whole terminal without a face. It does nothing by itself before `start`. */
export function createTerminal(options: TerminalOptions): Terminal {
  const { client } = options;
  const listeners = new Set<() => void>();
  let isTold = false;
  const live = new Live(options, () => {
    if (isTold) return;
    isTold = true;
    for (const listener of [...listeners]) listener();
  });
  const tabs = new Tabs(live);
  const context = commandContext(live, tabs);
  const run = (line: string) => void runInTab(live, context, line);
  const doing: Doing = { live, tabs, context, completer: new Completer(context, COMMANDS), run };
  const stopFollowing = followClient(live, tabs);

  return {
    async start() {
      for (const warning of options.warnings ?? []) live.tell(STATUS_TAB, warning, 'error');
      for (const fault of bindingFaults(options.preferences.bindings)) live.tell(STATUS_TAB, fault, 'error');
      if (client.isSignedIn || (await client.open())) {
        await tabs.restore();
        client.connect();
        live.tell(STATUS_TAB, `Signed in as ${live.names.of(client.me.id)} at ${options.serverName}.`);
      } else {
        live.tell(
          STATUS_TAB,
          `Not signed in at ${options.serverName}: /register <username> or /login <username>.`,
        );
      }
      live.tell(STATUS_TAB, '/help lists the commands, /keys the keys.');
    },
    input(event) {
      handle(doing, event);
    },
    screen() {
      const { screen } = live.picture;
      isTold = false;
      live.shown();
      return screen;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      live.questions.close();
      live.readMarks.close();
      stopFollowing();
      await tabs.keep();
      await client.close();
    },
  };
}

function handle(doing: Doing, event: InputEvent): void {
  const { live } = doing;
  // Whoever types or presses looks, whatever their terminal tells of its focus; the wheel turns in other windows too.
  if (LOOKS.has(event.type) && !live.state.focused) live.focus(true);
  switch (event.type) {
    case 'key':
      pressKey(doing, event.key);
      return;
    case 'paste':
      paste(doing, event.text);
      return;
    case 'press':
      press(doing, event.at);
      return;
    case 'wheel':
      scrollRows(live, -event.lines);
      return;
    case 'resize':
      live.change({ type: 'resized', columns: event.columns, rows: event.rows });
      return;
    case 'focus':
      live.focus(event.focused);
      return;
  }
}
