import type { Ports, Preferences } from '@tpx/terminal';
import type { PreferencesFile } from '../profiles/preferences-file.ts';
import type { Hold } from '../tty/hold.ts';
import { osc52Clipboard } from './clipboard.ts';
import { editorCommand, ownEditor } from './editor.ts';
import { localFiles } from './files.ts';
import { desktopLinks } from './links.ts';
import { terminalNotices } from './notices.ts';

export type TerminalPortsOptions = {
  write: (text: string) => void;
  hold: Hold;
  /** As configured. */
  editor: string | undefined;
  preferences: PreferencesFile;
  save: (preferences: Preferences) => Promise<void>;
  leave: () => void;
};

/** What a real terminal lends. */
export function terminalPorts(options: TerminalPortsOptions): Ports {
  const { write, hold, editor, preferences, save, leave } = options;
  return {
    clipboard: osc52Clipboard(write),
    links: desktopLinks,
    notify: terminalNotices(write, () => preferences.current.bell),
    files: localFiles,
    editor: ownEditor(editorCommand(editor, process.env), (use) => hold.lend(use)),
    preferences: { save: (changed) => save(changed as Preferences) },
    suspend: () => hold.suspend(),
    exit: leave,
  };
}
