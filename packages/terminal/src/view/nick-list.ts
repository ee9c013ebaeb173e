import type { Role } from '@tpx/protocol';
import type { Row } from '../screen/screen.ts';
import { STATUS_TAB, type State } from '../state/state.ts';
import { nickStyle } from '../themes/nick-style.ts';
import type { StyleName, Theme } from '../themes/theme.ts';
import type { ConversationSource, Sources } from './sources.ts';
import { alignLeft, padRow } from './spans.ts';

/** More members than that are counted, not listed. */
export const LISTED_MAX = 200;
const COLUMNS_FOR_LIST = 77;

const SIGN: Record<Role, string> = { owner: '~', admin: '@', user: ' ', banned: ' ' };
const RANK: Record<Role, number> = { owner: 0, admin: 1, user: 2, banned: 3 };

/** Columns that the list takes; 0 where it is hidden, has no room, or nobody would be in it. */
export function nickListWidth(state: State, sources: Sources): number {
  const { columns, rows } = state.size;
  const { showNicks } = state.preferences;
  if (!showNicks || columns < COLUMNS_FOR_LIST || rows < 6 || state.open === STATUS_TAB) return 0;
  if (sources.conversation(state.open)?.kind !== 'group') return 0;
  return columns < 100 ? 16 : columns < 160 ? 20 : 24;
}

/** `height` rows of the members: who is here first, then by role and name. */
export function nickList(
  conversation: ConversationSource,
  sources: Sources,
  theme: Theme,
  width: number,
  height: number,
): Row[] {
  const { styles } = theme;
  const { about, onlineCount, onlineUsers, topic } = conversation;
  const members =
    about.kind === 'group' && about.member_count <= LISTED_MAX ? sources.members(topic) : undefined;
  const line = (text: string): Row =>
    padRow([{ text: ` ${text}`, style: styles.faint }], width, styles.faint);
  if (!members) {
    const count = about.kind === 'group' ? about.member_count : 2;
    return [line(`${count} members`), line(`${onlineCount} here`)].slice(0, height);
  }
  const here = new Set(onlineUsers.map(({ userId }) => userId));
  const sorted = members
    .map(({ userId, role }) => ({ userId, role, name: sources.name(userId), isHere: here.has(userId) }))
    .sort(
      (a, b) => Number(b.isHere) - Number(a.isHere) || RANK[a.role] - RANK[b.role] || compare(a.name, b.name),
    );
  const shown = sorted.slice(0, sorted.length > height ? height - 1 : height);
  const rows = shown.map(({ userId, role, name, isHere }): Row => {
    const presence = presenceOf(isHere, sources.person(userId)?.status.state);
    return [
      { text: ` ${MARK[presence]}`, style: styles[presence] },
      { text: SIGN[role], style: styles.faint },
      {
        text: alignLeft(name, width - 3),
        style: presence === 'offline' ? styles.offline : nickStyle(theme, userId),
        press: `nick ${userId}`,
      },
    ];
  });
  return sorted.length > shown.length ? [...rows, line(`+${sorted.length - shown.length} more`)] : rows;
}

/** Not by colour alone. */
const MARK = { online: '●', away: '◐', offline: '○' } as const satisfies Partial<Record<StyleName, string>>;

function presenceOf(isHere: boolean, state: string | undefined): keyof typeof MARK {
  if (!isHere) return 'offline';
  return state === 'custom' ? 'away' : 'online';
}

function compare(a: string, b: string): number {
  const [lowerA, lowerB] = [a.toLowerCase(), b.toLowerCase()];
  return lowerA < lowerB ? -1 : lowerA > lowerB ? 1 : 0;
}
