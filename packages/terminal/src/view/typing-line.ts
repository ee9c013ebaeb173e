import type { Row } from '../screen/screen.ts';
import { openTab, type State } from '../state/state.ts';
import { safeLine } from '../text/safe-text.ts';
import type { Theme } from '../themes/theme.ts';
import type { Sources } from './sources.ts';
import { cutRow } from './spans.ts';

const SELECTION_HINT = 'r reply  e edit  d delete  + react  c copy  o open link  w who has it  Esc back';
const REFUSED_HINT = 's send it again  x forget it  Esc back';
const NAMED_MAX = 3;

/** Who is typing; or, where somebody waits for that more, how far a command is or what the keys do now. */
export function typingLine(state: State, sources: Sources, { styles }: Theme): Row {
  const text = wordsOf(state, sources);
  return text === '' ? [] : cutRow([{ text: ` ${text}`, style: styles.typing }], state.size.columns);
}

function wordsOf(state: State, sources: Sources): string {
  if (state.quitting) return 'Ctrl+c again quits.';
  if (state.progress !== undefined) return safeLine(state.progress);
  const conversation = sources.conversation(state.open);
  const { selected } = openTab(state);
  if (selected !== undefined) return conversation?.find(selected) ? SELECTION_HINT : REFUSED_HINT;
  const typing = conversation?.typingUserIds ?? [];
  if (typing.length === 0) return '';
  if (typing.length > NAMED_MAX) return `${typing.length} people are typing…`;
  const names = typing.map(sources.name);
  const last = names.pop() ?? '';
  return names.length === 0 ? `${last} is typing…` : `${names.join(', ')} and ${last} are typing…`;
}
