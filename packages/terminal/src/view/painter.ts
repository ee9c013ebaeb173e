import type { Row, Screen } from '../screen/screen.ts';
import { isPicker } from '../state/overlay.ts';
import { openTab, STATUS_TAB, type State } from '../state/state.ts';
import { safeLine } from '../text/safe-text.ts';
import { themeOf } from '../themes/themes.ts';
import { inputRows } from './input-rows.ts';
import { layoutOf } from './layout.ts';
import { type ListEntry, listRows } from './list-rows.ts';
import { isSameLook, type Look, lookOf } from './look.ts';
import { nickList, nickListWidth } from './nick-list.ts';
import { pickerItems } from './picker-items.ts';
import { askedNow } from './prompt.ts';
import { remembered } from './remembered.ts';
import { RowCache } from './row-cache.ts';
import { keepSame } from './same-rows.ts';
import { type Window, windowOf } from './scroll-window.ts';
import { Scrollback } from './scrollback.ts';
import type { Sources } from './sources.ts';
import { padRow } from './spans.ts';
import { statusBar } from './status-bar.ts';
import { tabBar } from './tab-bar.ts';
import { titleOfTab } from './titles.ts';
import { topicLine } from './topic-line.ts';
import { typingLine } from './typing-line.ts';

export type Picture = {
  screen: Screen;
  /** For what scrolls: the rows of the open tab, how many of them are visible, and which. */
  scrollback: Scrollback;
  height: number;
  window: Window;
};

/**
 * The picture of a state: a function of the state and what the sources say, in parts that are made again only when
 * something that they show has changed. A key stroke makes the input rows; a message makes its own rows.
 */
export class Painter {
  readonly #sources: Sources;
  readonly cache = new RowCache();
  #look: Look | undefined;
  #rows: readonly Row[] = [];
  #isForgotten = false;
  readonly #scrollback = remembered<Scrollback>();
  readonly #window = remembered<Window>();
  readonly #body = remembered<Row[]>();
  readonly #nicks = remembered<Row[]>();
  readonly #borderedRows = new WeakMap<Row, { look: Look; bordered: Row }>();
  readonly #tabBar = remembered<Row>();
  readonly #topic = remembered<Row>();
  readonly #list = remembered<ListEntry[]>();

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  /** The next picture has no row of those before it. */
  forget(): void {
    this.#isForgotten = true;
  }

  paint(state: State): Picture {
    const sources = this.#sources;
    const theme = themeOf(state.preferences.theme);
    const { columns, rows } = state.size;
    const connection = state.connection.state;
    const asked = askedNow(state, theme);
    const entries = this.#entries(state);
    const wide = { prompt: asked.prompt, style: theme.styles.input, width: columns, conceal: asked.conceal };
    const whole = inputRows(asked.text, { ...wide, rowsMax: Math.max(1, Math.floor(rows / 3)) });
    const layout = layoutOf(rows, { input: whole.rows.length, list: entries.length });
    const input =
      layout.input < whole.rows.length ? inputRows(asked.text, { ...wide, rowsMax: layout.input }) : whole;
    const { scrollback, window, body } = this.#paintBody(state, layout.body);
    const chosen = isPicker(state.overlay) ? state.overlay.chosen : (state.completion?.chosen ?? 0);
    const tab = openTab(state);
    const conversation = sources.conversation(tab.id);

    const parts: Row[] = [
      ...(layout.tabBar ? [this.#tabBar(this.#tabsOf(state), () => tabBar(state, sources, theme))] : []),
      ...(layout.topic
        ? [
            this.#topic(
              [
                tab.id,
                conversation?.about,
                tab.presenceVersion,
                columns,
                theme,
                state.peopleVersion,
                connection,
              ],
              () => topicLine(state, sources, theme),
            ),
          ]
        : []),
      ...body,
      ...listRows(entries, chosen, theme, columns, layout.list),
      ...(layout.typing ? [typingLine(state, sources, theme)] : []),
      ...input.rows,
      ...(layout.status ? [statusBar(state, sources, theme, window.itemsBelow)] : []),
    ];
    this.#rows = this.#isForgotten ? parts.map((row) => [...row]) : keepSame(this.#rows, parts);
    this.#isForgotten = false;
    const inputAt = rows - layout.status - layout.input;
    const screen: Screen = {
      columns,
      rows: this.#rows,
      cursor: asked.isQuestion
        ? undefined
        : { row: inputAt + input.cursor.row, column: Math.min(input.cursor.column, columns - 1) },
      title: this.#title(state),
      ...(theme.background && { background: theme.background }),
    };
    return { screen, scrollback, window, height: layout.body };
  }

  #paintBody(state: State, height: number) {
    const sources = this.#sources;
    const tab = openTab(state);
    const conversation = tab.id === STATUS_TAB ? undefined : sources.conversation(tab.id);
    const nicksWidth = nickListWidth(state, sources);
    const look = this.#lookOf(
      state,
      nicksWidth === 0 ? state.size.columns : state.size.columns - nicksWidth - 1,
    );
    const { id, version, presenceVersion, notices, marker, selected, scroll, cleared } = tab;
    const scrollback = this.#scrollback(
      [id, version, notices, marker, selected, look, conversation?.messages, sources.me()],
      () => new Scrollback(tab, look, sources, this.cache),
    );
    const window = this.#window([scrollback, scroll, cleared, height], () =>
      windowOf(scrollback, scroll, height, cleared),
    );
    const nicks =
      nicksWidth === 0 || !conversation
        ? undefined
        : this.#nicks([id, presenceVersion, conversation.about, look, height, nicksWidth], () =>
            nickList(conversation, sources, look.theme, nicksWidth, height),
          );
    const body = this.#body([window, nicks], () => {
      const missing: Row[] = Array.from({ length: height - window.rows.length }, () => []);
      const rows = [...missing, ...window.rows];
      if (!nicks) return rows;
      return rows.map((row, index): Row => [...this.#bordered(row, look), ...(nicks[index] ?? [])]);
    });
    return { scrollback, window, body };
  }

  /** Up to the list of members. Kept by the row: with each message all others only move up. */
  #bordered(row: Row, look: Look): Row {
    const known = this.#borderedRows.get(row);
    if (known?.look === look) return known.bordered;
    const { border, text } = look.theme.styles;
    const bordered = [...padRow(row, look.width, text), { text: '│', style: border }];
    this.#borderedRows.set(row, { look, bordered });
    return bordered;
  }

  #lookOf(state: State, width: number): Look {
    const look = lookOf(state, width);
    if (!this.#look || !isSameLook(this.#look, look)) this.#look = look;
    return this.#look;
  }

  #entries(state: State): ListEntry[] {
    const { overlay, completion, order, tabs, history, open, peopleVersion } = state;
    if (isPicker(overlay)) {
      return this.#list([overlay.kind, overlay.query.text, order, tabs, history, open, peopleVersion], () =>
        pickerItems(overlay, state, this.#sources),
      );
    }
    return (completion?.offers ?? []).map(({ label, help = '' }) => ({
      label: safeLine(label),
      detail: safeLine(help),
    }));
  }

  /** What the tab bar shows. */
  #tabsOf({ order, open, size, preferences, peopleVersion, tabs }: State): unknown[] {
    const parts: unknown[] = [order, open, size.columns, preferences, peopleVersion];
    for (const id of order) {
      const { unread, unreadMore, mentions } = tabs[id] ?? {};
      parts.push(unread, unreadMore, mentions, this.#sources.conversation(id)?.about);
    }
    return parts;
  }

  #title({ tabs, open }: State): string {
    const waiting = Object.values(tabs).reduce((sum, { mentions }) => sum + mentions, 0);
    return `${waiting > 0 ? `(${waiting}) ` : ''}${titleOfTab(open, this.#sources)} · TPX`;
  }
}
