import type { InputEvent } from '@tpx/terminal';

const BUTTONS = ['left', 'middle', 'right'] as const;
const MODIFIERS = 4 | 8 | 16;
const WHEEL_UP = 64;
const WHEEL_DOWN = 65;
/** How far one notch goes. */
const LINES_A_NOTCH = 3;

/** xterm's SGR report, `CSI < button ; column ; row M`: presses and the wheel. Releases (`m`) and moves say nothing here. */
export function mouseEvent(parameters: string, final: string): InputEvent | undefined {
  const [code, column, row] = parameters.slice(1).split(';').map(Number);
  if (final !== 'M' || code === undefined || !(column && row)) return undefined;
  const at = { row: row - 1, column: column - 1 };
  const button = code & ~MODIFIERS;
  if (button === WHEEL_UP) return { type: 'wheel', at, lines: -LINES_A_NOTCH };
  if (button === WHEEL_DOWN) return { type: 'wheel', at, lines: LINES_A_NOTCH };
  const name = BUTTONS[button];
  return name === undefined ? undefined : { type: 'press', at, button: name };
}
