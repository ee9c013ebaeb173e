import { expect } from 'bun:test';
import type { GroupObject, LogEvent, MessageObject, OwnUserObject, UserObject } from '@tpx/protocol';
import { Client, type GoneMessage, MemoryStorage } from '@tpx/sdk';
import { FakeClock, settle } from '@tpx/testkit';
import { createTerminal } from './create-terminal.ts';
import type { Key, Place } from './keys/input-event.ts';
import { DEFAULT_PREFERENCES, type Preferences } from './preferences/preferences.ts';
import type { Screen } from './screen/screen.ts';
import type { TerminalOptions } from './terminal.ts';

/** A WebSocket that never opens: the client is real, and offline. */
class NoWebSocket {
  readonly readyState = 0;
  onopen = null;
  onmessage = null;
  onclose = null;
  onerror = null;
  send(): void {
    throw new Error('There is no connection.');
  }
  close(): void {
    this.onopen = null;
  }
}

const AT = '2026-11-24T09:00:00';

export const person = (id: string, more: Partial<UserObject> = {}): UserObject => ({
  id,
  username: id,
  pin: null,
  display_name: id,
  photo: null,
  background: null,
  status: { state: 'online', text: '' },
  public_key: null,
  created_at: AT,
  updated_at: AT,
  ...more,
});

export const group = (id: string, more: Partial<GroupObject> = {}): GroupObject & { kind: 'group' } => ({
  kind: 'group',
  id,
  name: id,
  description: '',
  photo: null,
  owner_id: 'ann',
  admins: [],
  access: 'invite',
  who_can_post: 'all',
  messages_retention: null,
  upload_max_bytes: 1,
  member_count: 3,
  first_seq: 1,
  last_seq: 0,
  role: 'user',
  created_at: AT,
  updated_at: AT,
  ...more,
});

export const message = (seq: number, more: Partial<MessageObject> = {}): MessageObject => ({
  id: `m${seq}`,
  client_id: null,
  conversation_id: 'room',
  group_id: 'room',
  seq,
  sender_id: 'bob',
  type: 'text',
  content: { text: `text ${seq}` },
  encryption: null,
  reply_to: null,
  mentions: [],
  reactions: [],
  created_at: AT,
  edited_at: null,
  deleted: false,
  ...more,
});

type Setup = {
  columns?: number;
  rows?: number;
  people?: UserObject[];
  groups?: (GroupObject & { kind: 'group' })[];
  /** Held from the last run, of each group. */
  messages?: MessageObject[];
  readSeq?: number;
  /** What the server does not have any more, of each group. */
  gone?: GoneMessage[];
  /** Texts that the server refused in the last run, of the first group. */
  refused?: string[];
  /** The server's sentence about them. */
  refusal?: string;
  preferences?: Partial<Preferences>;
  storage?: MemoryStorage;
  signedOut?: boolean;
  /** Nobody looks at it yet. */
  unattended?: boolean;
};

/** A terminal over the SDK's real client, signed in as `me`, offline, with what the last run left. */
export async function testTerminal(setup: Setup = {}) {
  const {
    columns = 80,
    rows = 12,
    groups = [group('room')],
    messages = [],
    preferences,
    storage = new MemoryStorage(),
  } = setup;
  const clock = new FakeClock();
  const me: OwnUserObject = { ...person('me'), blocked_users: [] };
  const people = setup.people ?? [person('ann'), person('bob'), person('cid')];
  if (!setup.signedOut) {
    await storage.set('me', JSON.stringify(me));
    await storage.set('tokens', JSON.stringify({ access: 'a', refresh: 'r', expires_at: 9e15 }));
    await storage.set('people', JSON.stringify(people.map((user) => ({ user, at: clock.now() }))));
    for (const about of groups) {
      const stored = {
        about,
        last_seq: messages.at(-1)?.seq ?? 0,
        read_seq: setup.readSeq ?? messages.at(-1)?.seq ?? 0,
        delivered_seq: 0,
        receipts: [],
        messages: messages.map((one) => ({ message: one, asOf: one.seq })),
        gone: setup.gone ?? [],
      };
      await storage.set(`conversation/group:${about.id}`, JSON.stringify(stored));
    }
  }
  for (const [order, text] of (setup.refused ?? []).entries()) {
    const entry = {
      ...{ client_id: `refused-${order}`, order, created_at: AT, state: 'failed' },
      message: { type: 'text', content: { text } },
      error: { code: 'forbidden', message: setup.refusal ?? 'Only admins may.' },
    };
    await storage.set(`outbox/group:${groups[0]?.id}/${entry.client_id}`, JSON.stringify(entry));
  }
  const client = new Client({
    serverUrl: 'http://tpx.invalid',
    storage,
    WebSocket: NoWebSocket,
    fetch: () => Promise.reject(new TypeError('no network')),
    clock,
    random: () => 0.5,
    cacheLimit: 2_000,
  });
  const calls: string[] = [];
  const done = (name: string) => (value?: unknown) => {
    calls.push(
      value === undefined ? name : `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`,
    );
    return Promise.resolve();
  };
  const options: TerminalOptions = {
    client,
    storage,
    clock,
    deviceName: 'test',
    serverName: 'tpx.invalid',
    size: { columns, rows },
    preferences: { ...DEFAULT_PREFERENCES, ...preferences },
    ports: {
      clipboard: { write: done('copy') },
      links: { open: done('link') },
      notify: (notice) => void done('notify')(notice),
      files: { write: () => Promise.resolve(''), list: () => Promise.resolve([]) },
      editor: { edit: (text) => Promise.resolve(`${text} edited`) },
      preferences: { save: () => done('save')() },
      suspend: () => void done('suspend')(),
      exit: () => void done('exit')(),
    },
  };
  const terminal = createTerminal(options);
  const events = (topic: string, event: LogEvent) => client.conversation(topic)?.link.sync.live(event);
  await terminal.start();
  if (!setup.unattended) terminal.input({ type: 'focus', focused: true });
  await settle();

  return {
    terminal,
    options,
    client,
    clock,
    storage,
    calls,
    /** An event of the log arrives. */
    log: events,
    say(seq: number, more: Partial<MessageObject> = {}, topic = 'group:room') {
      const told = message(seq, { created_at: new Date(clock.now()).toISOString(), ...more });
      events(topic, { seq, event: 'message', payload: { seq, message: told } });
    },
    async keys(...chords: string[]) {
      for (const chord of chords) terminal.input({ type: 'key', key: keyOf(chord) });
      await settle();
    },
    async type(text: string) {
      for (const name of text)
        terminal.input({ type: 'key', key: { name, ctrl: false, alt: false, shift: false } });
      await settle();
    },
    async press(at: Place) {
      terminal.input({ type: 'press', at, button: 'left' });
      await settle();
    },
    /** The rows as they read, without blanks at their ends. */
    lines: () => linesOf(terminal.screen()),
  };
}

function keyOf(chord: string): Key {
  const parts = chord === '+' ? ['+'] : chord.split('+');
  const name = parts.at(-1) ?? '';
  return {
    name: name === 'space' ? ' ' : name,
    ctrl: parts.includes('ctrl'),
    alt: parts.includes('alt'),
    shift: parts.includes('shift'),
  };
}

function linesOf(screen: Screen): string[] {
  return screen.rows.map((row) =>
    row
      .map(({ text }) => text)
      .join('')
      .trimEnd(),
  );
}

/** As it stands, with a line break first for reading. */
export function expectScreen(screen: Screen, picture: string): void {
  const lines = picture.replace(/^\n/, '').replace(/\n *$/, '').split('\n');
  const indent = Math.min(
    ...lines.filter((line) => line.trim() !== '').map((line) => /^ */.exec(line)?.[0].length ?? 0),
  );
  expect(linesOf(screen)).toEqual(lines.map((line) => line.slice(indent).trimEnd()));
}
