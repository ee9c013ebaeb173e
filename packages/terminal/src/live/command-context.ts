import type { CommandContext } from '../commands/command-context.ts';
import { draftOf } from '../editing/draft.ts';
import { openTab } from '../state/state.ts';
import type { Live } from './live.ts';
import type { Tabs } from './tabs.ts';

/** What commands act on in the interactive terminal. */
export function commandContext(live: Live, tabs: Tabs): CommandContext {
  const { client, ports, options, questions, names } = live;
  return {
    client,
    ports,
    deviceName: options.deviceName,
    preferences: {
      get current() {
        return live.state.preferences;
      },
      change: (part) => live.changePreferences(part),
    },
    current: () => live.conversation,
    open: (conversation) => tabs.open(conversation),
    close: (topic = live.state.open) => tabs.close(topic),
    selected: () => openTab(live.state).selected,
    name: names.of,
    learn: (userIds) => names.learn(userIds),
    progress: (text) => live.change({ type: 'progress', text }),
    askSecret: (question) => questions.secret(question),
    showError: (text) => live.tell(live.state.open, text, 'error'),
    confirm: (question) => questions.confirm(question),
    view: {
      search: (text) =>
        live.change({ type: 'overlay', overlay: { kind: 'search', query: draftOf(text), chosen: 0 } }),
      clear() {
        const { timeline } = live.picture.scrollback;
        if (timeline.length === 0) return;
        live.change({
          type: 'cleared',
          tab: live.state.open,
          anchor: timeline.anchorAt(timeline.length - 1),
        });
      },
    },
    connect() {
      void tabs.restore();
      client.connect();
    },
    quit: () => ports.exit(),
  };
}
