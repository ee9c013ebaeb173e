import { describe, expect, test } from 'bun:test';
import { Live } from './live/live.ts';
import { message, testTerminal } from './terminal.fixture.ts';

const many = Array.from({ length: 1_000 }, (_, index) => message(index + 1));

/** How many rows of the scrollback are laid out, all in all. */
async function counted() {
  const opened = await testTerminal({ columns: 60, rows: 23, messages: many });
  const live = new Live({ ...opened.options }, () => undefined);
  live.change({
    type: 'tab added',
    tab: { id: 'group:room', marker: 0, unread: 0, unreadMore: false, mentions: 0 },
  });
  live.openTab('group:room');
  const built = (happen: () => void) => {
    const before = live.painter.cache.built;
    happen();
    void live.picture;
    return live.painter.cache.built - before;
  };
  return { ...opened, live, built };
}

describe('TERM-63 rows are made once', () => {
  test('TERM-63 of a thousand messages only those that are visible', async () => {
    const { built } = await counted();
    expect(built(() => undefined)).toBe(18);
  });

  test('TERM-63 none for a key, one for a message, those that come into view for a scroll', async () => {
    const { built, live, say } = await counted();
    built(() => undefined);
    const draft = { ...live.state.tabs['group:room']?.draft, text: 'x', cursor: 1 } as never;
    expect(built(() => live.change({ type: 'drafted', draft }))).toBe(0);
    expect(
      built(() => {
        say(1_001, { created_at: message(0).created_at });
        live.change({ type: 'changed', tab: 'group:room' });
      }),
    ).toBe(1);
    expect(
      built(() =>
        live.change({ type: 'scrolled', tab: 'group:room', scroll: { anchor: { seq: 996 }, below: 0 } }),
      ),
    ).toBe(4);
    expect(built(() => live.change({ type: 'scrolled', tab: 'group:room', scroll: 'bottom' }))).toBe(0);
  });
});
