import type { InputEvent } from '@tpx/terminal';
import { consoleKey, csiKey, ss3Key } from './csi-keys.ts';
import { mouseEvent } from './mouse-report.ts';
import type { Sequence } from './sequences.ts';

/** What a terminal tells of itself when it is asked. */
export type TerminalAnswer = { type: 'answer'; of: 'kitty keyboard' | 'synchronised output'; yes: boolean };
export type Decoded = InputEvent | TerminalAnswer;

const PASTE_BEGINS = '200';
/** DECRPM: 1 and 2 are "set" and "reset"; 0 is "not recognised", 4 "permanently reset". */
const SYNCHRONISED_REPORT = /^\?2026;([0-4])\$$/;
const KITTY_REPORT = /^\?\d+$/;

/** What a sequence means; undefined where nobody knows it. */
export function sequenceEvent(sequence: Sequence): Decoded | 'paste begins' | undefined {
  if (sequence.kind === 'ss3') return ss3Key(sequence.final);
  if (sequence.kind === 'console') return consoleKey(sequence.final);
  const { parameters, final } = sequence;
  if (parameters.startsWith('<')) return mouseEvent(parameters, final);
  if (/^[=>]/.test(parameters)) return undefined;
  if (parameters.startsWith('?')) return answerOf(parameters, final);
  if (parameters === PASTE_BEGINS && final === '~') return 'paste begins';
  if (parameters === '' && (final === 'I' || final === 'O')) return { type: 'focus', focused: final === 'I' };
  return csiKey(parameters, final);
}

function answerOf(parameters: string, final: string): TerminalAnswer | undefined {
  if (final === 'u' && KITTY_REPORT.test(parameters))
    return { type: 'answer', of: 'kitty keyboard', yes: true };
  const state = final === 'y' ? SYNCHRONISED_REPORT.exec(parameters)?.[1] : undefined;
  if (state === undefined) return undefined;
  return { type: 'answer', of: 'synchronised output', yes: state === '1' || state === '2' };
}
