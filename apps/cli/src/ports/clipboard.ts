import type { Ports } from '@tpx/terminal';

/** xterm's limit; longer ones are cut or ignored by most. */
const LONGEST = 74_994;

/**
 * OSC 52: the terminal itself puts the text into the clipboard of the machine that it runs on, over ssh too. Only what a
 * person copies comes here; a message cannot, its controls are gone before.
 */
export function osc52Clipboard(write: (text: string) => void): Ports['clipboard'] {
  return {
    async write(text) {
      const encoded = Buffer.from(text, 'utf8').toString('base64');
      if (encoded.length > LONGEST) throw new Error('That is too long for the clipboard of a terminal.');
      write(`\u001b]52;c;${encoded}\u001b\\`);
    },
  };
}
