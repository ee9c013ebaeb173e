import type { Span } from '../screen/screen.ts';
import { isPicker } from '../state/overlay.ts';
import { openTab, type State } from '../state/state.ts';
import { safeLine } from '../text/safe-text.ts';
import { shorten } from '../text/text-width.ts';
import type { Theme } from '../themes/theme.ts';

/** What the line at the bottom holds now. */
export type Asked = {
  prompt: Span;
  text: { text: string; cursor: number };
  conceal: boolean;
  /** Nothing is typed here, one key answers. */
  isQuestion: boolean;
};

const PICKER_PROMPT = { switcher: 'go to: ', history: 'sent before: ', search: 'search: ' } as const;
const NO_TEXT = { text: '', cursor: 0 };

export function askedNow(state: State, { styles }: Theme): Asked {
  const { overlay, size } = state;
  const prompt = (text: string): Span => ({
    text: shorten(safeLine(text), size.columns - 2),
    style: styles.prompt,
  });
  if (overlay === undefined) {
    return { prompt: prompt('› '), text: openTab(state).draft, conceal: false, isQuestion: false };
  }
  if (isPicker(overlay)) {
    return {
      prompt: prompt(PICKER_PROMPT[overlay.kind]),
      text: overlay.query,
      conceal: false,
      isQuestion: false,
    };
  }
  switch (overlay.kind) {
    case 'secret':
      return { prompt: prompt(overlay.question), text: overlay.draft, conceal: true, isQuestion: false };
    case 'confirm':
      return { prompt: prompt(`${overlay.question} (y/n)`), text: NO_TEXT, conceal: false, isQuestion: true };
    case 'paste':
      return {
        prompt: prompt(pasteQuestion(overlay.text, size.columns)),
        text: NO_TEXT,
        conceal: false,
        isQuestion: true,
      };
  }
}

function pasteQuestion(text: string, columns: number): string {
  const lines = text.split('\n').length;
  const keys = 's sends it, e edits it, Esc drops it';
  return columns < 72
    ? `${lines} lines: s send, e edit, Esc drop`
    : `Pasted ${lines} lines, ${text.length} characters: ${keys}`;
}
