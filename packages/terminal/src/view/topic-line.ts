import { otherOf } from '../commands/conversation-names.ts';
import type { Row } from '../screen/screen.ts';
import { STATUS_TAB, type State } from '../state/state.ts';
import { safeLine } from '../text/safe-text.ts';
import type { Theme } from '../themes/theme.ts';
import { linkedSpans } from './linked-spans.ts';
import type { ConversationSource, Sources } from './sources.ts';
import { spreadRow } from './spans.ts';
import { titleOfTab } from './titles.ts';

/**
 * What the open tab is about: a group's name and description with how many are there, or the other side of a DM. Who is
 * there is not known without a connection.
 */
export function topicLine(state: State, sources: Sources, theme: Theme): Row {
  const { styles } = theme;
  const conversation = state.open === STATUS_TAB ? undefined : sources.conversation(state.open);
  const [left, right] = conversation
    ? aboutOf(conversation, sources, state)
    : [`TPX · ${safeLine(sources.serverName)}`, ''];
  return spreadRow(
    [{ text: ' ', style: styles.topic }, ...linkedSpans(left, styles.topic, styles.topic)],
    right === '' ? [] : [{ text: `${right} `, style: styles.topic }],
    state.size.columns,
    styles.topic,
  );
}

function aboutOf(
  conversation: ConversationSource,
  sources: Sources,
  { size: { columns }, connection }: State,
): [left: string, right: string] {
  const { about, onlineCount } = conversation;
  const isKnown = connection.state === 'online';
  const title = titleOfTab(conversation.topic, sources);
  if (about.kind === 'group') {
    const { member_count: count } = about;
    const description = safeLine(about.description);
    const left = description === '' ? title : `${title} · ${description}`;
    if (columns < 60) return [left, isKnown ? `${onlineCount}/${count}` : `${count}`];
    const members = `${count} ${count === 1 ? 'member' : 'members'}`;
    return [left, isKnown ? `${members}, ${onlineCount} here` : members];
  }
  const other = otherOf(about, sources.me() ?? '');
  const status = safeLine(sources.person(other)?.status.text ?? '');
  const isHere = conversation.onlineUsers.some(({ userId }) => userId === other);
  return [status === '' ? title : `${title} · ${status}`, isKnown ? (isHere ? 'here' : 'away') : ''];
}
