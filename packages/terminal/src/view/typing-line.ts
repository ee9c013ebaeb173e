import type { MessageObject } from '@tpx/protocol';
import type { Row } from '../screen/screen.ts';
import { openTab, type State } from '../state/state.ts';
import { safeLine } from '../text/safe-text.ts';
import type { Theme } from '../themes/theme.ts';
import { quoteText } from './quote-text.ts';
import type { ConversationSource, Sources } from './sources.ts';
import { cutRow } from './spans.ts';

const SELECTION_HINT = 'r reply  e edit  d delete  + react  c copy  o open link  w who has it  Esc back';
const REFUSED_HINT = 's send it again  x forget it  Esc back';
const NAMED_MAX = 3;
/** `/reply #12 …`: what a command acts on is named before everything else. */
const NAMES_MESSAGE = /^\/[a-z+]+ +#(\d+)(?= |$)/i;

/**
 * Who is typing; or, where somebody waits for that more, how far a command is, what the keys do now, or which message the
 * line names.
 */
export function typingLine(state: State, sources: Sources, { styles }: Theme): Row {
  const text = wordsOf(state, sources);
  return text === '' ? [] : cutRow([{ text: ` ${text}`, style: styles.typing }], state.size.columns);
}

function wordsOf(state: State, sources: Sources): string {
  if (state.quitting) return 'Ctrl+c again quits.';
  if (state.progress !== undefined) return safeLine(state.progress);
  const conversation = sources.conversation(state.open);
  const { selected, draft } = openTab(state);
  if (selected !== undefined) return conversation?.find(selected) ? SELECTION_HINT : REFUSED_HINT;
  const named = conversation && messageNamedIn(draft.text, conversation);
  if (named) return quoteText(named, sources.name);
  const typing = conversation?.typingUserIds ?? [];
  if (typing.length === 0) return '';
  if (typing.length > NAMED_MAX) return `${typing.length} people are typing…`;
  const names = typing.map(sources.name);
  const last = names.pop() ?? '';
  return names.length === 0 ? `${last} is typing…` : `${names.join(', ')} and ${last} are typing…`;
}

function messageNamedIn(line: string, { messages }: ConversationSource): MessageObject | undefined {
  const seq = NAMES_MESSAGE.exec(line)?.[1];
  return seq === undefined ? undefined : messages.findLast((message) => message.seq === Number(seq));
}
