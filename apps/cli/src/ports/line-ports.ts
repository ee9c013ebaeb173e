import type { Ports } from '@tpx/terminal';
import { editorCommand, ownEditor } from './editor.ts';
import { localFiles } from './files.ts';
import { desktopLinks } from './links.ts';

/** What a face of lines lends: nothing that writes escape sequences, because its output may be a file. */
export function linePorts(editor: string | undefined, rings: () => boolean): Ports {
  return {
    clipboard: {
      write: () => Promise.reject(new Error('Lines have no clipboard: copy them in the terminal.')),
    },
    links: desktopLinks,
    notify: () => {
      if (process.stdout.isTTY && rings()) process.stdout.write('\u0007');
    },
    files: localFiles,
    editor: ownEditor(editorCommand(editor, process.env), (use) => use()),
    preferences: { save: () => Promise.resolve() },
    suspend: () => undefined,
    exit: () => undefined,
  };
}
