import { otherOf } from '../commands/conversation-names.ts';
import { STATUS_TAB } from '../state/state.ts';
import { safeLine } from '../text/safe-text.ts';
import type { Sources } from './sources.ts';

/** What a tab is called: the group's name, or the other side of a DM. */
export function titleOfTab(id: string, sources: Sources): string {
  if (id === STATUS_TAB) return 'status';
  const about = sources.conversation(id)?.about;
  if (!about) return '?';
  return about.kind === 'group' ? safeLine(about.name) : sources.name(otherOf(about, sources.me() ?? ''));
}
