import { type Client, type Clock, type Conversation, systemClock } from '@tpx/sdk';
import { loudness } from '../highlight/loudness.ts';
import { type Bindings, bindingsOf } from '../keys/bindings.ts';
import type { Ports } from '../ports.ts';
import type { Preferences } from '../preferences/preferences.ts';
import type { Change } from '../state/change.ts';
import { initialState, type Notice, openTab, STATUS_TAB, type State } from '../state/state.ts';
import type { TerminalOptions } from '../terminal.ts';
import { Painter, type Picture } from '../view/painter.ts';
import { remembered } from '../view/remembered.ts';
import type { Sources } from '../view/sources.ts';
import { Members } from './members.ts';
import { Milliseconds } from './milliseconds.ts';
import { Names } from './names.ts';
import { Older } from './older.ts';
import { Questions } from './questions.ts';
import { ReadMarks } from './read-marks.ts';
import { Store } from './store.ts';

const SILENT = { hidden: false, counts: false, highlight: false, rings: false };

/** The parts of a running terminal, put together: what events, keys and commands act on. */
export class Live {
  readonly client: Client;
  readonly ports: Ports;
  readonly clock: Clock;
  readonly options: TerminalOptions;
  readonly names: Names;
  readonly members: Members;
  readonly milliseconds = new Milliseconds();
  readonly older: Older;
  readonly readMarks: ReadMarks;
  readonly questions: Questions;
  readonly painter: Painter;
  readonly sources: Sources;
  readonly #store: Store;
  readonly #onChange: () => void;
  readonly #bindings = remembered<Bindings>();
  #picture: Picture | undefined;
  #notices = 0;

  /** `onChange`: there may be something new to paint. */
  constructor(options: TerminalOptions, onChange: () => void) {
    const { client, ports, clock = systemClock, size, preferences } = options;
    this.client = client;
    this.ports = ports;
    this.clock = clock;
    this.options = options;
    this.#onChange = onChange;
    this.#store = new Store(initialState(size, preferences), () => this.#changed());
    this.names = new Names(client);
    this.members = new Members(client, (topic) => this.change({ type: 'presence', tab: topic }));
    this.older = new Older(client);
    this.readMarks = new ReadMarks(clock);
    this.questions = new Questions(this.#store);
    this.sources = this.#findIn();
    this.painter = new Painter(this.sources);
  }

  get state(): State {
    return this.#store.state;
  }

  get bindings(): Bindings {
    const { preferences } = this.state;
    return this.#bindings([preferences.keys, preferences.bindings], () => bindingsOf(preferences));
  }

  /** Of the open tab; undefined in the status tab. */
  get conversation(): Conversation | undefined {
    return this.conversationOf(this.state.open);
  }

  conversationOf(tab: string): Conversation | undefined {
    return tab === STATUS_TAB ? undefined : this.client.conversation(tab);
  }

  change(change: Change): void {
    this.#store.change(change);
  }

  /** The picture of the state as it is, made where it is not there yet. */
  get picture(): Picture {
    this.#picture ??= this.painter.paint(this.state);
    return this.#picture;
  }

  /** Every row anew: what the face shows may have been damaged. */
  repaint(): void {
    this.painter.forget();
    this.#changed();
  }

  /** A line in a tab that is not of the conversation. */
  tell(tab: string, text: string, kind: Notice['kind'] = 'told'): void {
    const after = this.conversationOf(tab)?.messages.at(-1)?.seq ?? 0;
    const notice: Notice = { id: `notice ${++this.#notices}`, after, at: this.clock.now(), kind, text };
    this.change({ type: 'notice', tab: this.state.tabs[tab] ? tab : STATUS_TAB, notice });
  }

  openTab(id: string): void {
    this.change({ type: 'tab opened', id, readSeq: this.#leave() });
  }

  focus(focused: boolean): void {
    this.change({ type: 'focused', focused, readSeq: this.#leave() });
  }

  async changePreferences(part: Partial<Preferences>): Promise<void> {
    const preferences = { ...this.state.preferences, ...part };
    this.change({ type: 'preferences', preferences });
    await this.ports.preferences.save(preferences);
  }

  /** Whether the newest of this tab is in front of somebody. */
  isSeen(tab: string): boolean {
    const { focused, open } = this.state;
    return focused && open === tab && openTab(this.state).scroll === 'bottom';
  }

  /** A face has painted: what is in front of somebody is read, and what lies just above it is fetched. */
  shown(): void {
    const { conversation } = this;
    if (!conversation) return;
    if (this.isSeen(conversation.topic)) this.readMarks.seen(conversation);
    if (this.picture.window.isWhole) this.older.load(conversation);
  }

  /** How far the open tab is read, when nobody looks at it any more. */
  #leave(): number {
    const { conversation } = this;
    if (!conversation) return 0;
    this.readMarks.left(conversation);
    return conversation.readSeq;
  }

  #changed(): void {
    this.#picture = undefined;
    this.#onChange();
  }

  #findIn(): Sources {
    const { client } = this;
    return {
      me: () => (client.isSignedIn ? client.me.id : undefined),
      serverName: this.options.serverName,
      conversation: (topic) => this.conversationOf(topic),
      person: (userId) => this.names.person(userId),
      name: this.names.of,
      members: (topic) => this.members.of(topic),
      loudness: (topic, message) => {
        const conversation = client.isSignedIn ? client.conversation(topic) : undefined;
        return conversation ? loudness(conversation, message, client.me, this.state.preferences) : SILENT;
      },
      milliseconds: (id) => this.milliseconds.of(id),
    };
  }
}
