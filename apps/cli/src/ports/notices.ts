import type { Ports } from '@tpx/terminal';
import { harmless } from '../paint/harmless.ts';

const BELL = '\u0007';
const LONGEST = 200;

/** A bell, and OSC 9, which many terminals show as a notification of the desktop and the others ignore. */
export function terminalNotices(write: (text: string) => void, rings: () => boolean): Ports['notify'] {
  return ({ title, body }) => {
    const text = harmless(`${title}: ${body}`).slice(0, LONGEST);
    write(`\u001b]9;${text}\u001b\\${rings() ? BELL : ''}`);
  };
}
