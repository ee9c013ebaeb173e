import type { MessageObject, SystemContent } from '@tpx/protocol';
import type { ClientEvents, Conversation } from '@tpx/sdk';
import { titleOf } from '../commands/conversation-names.ts';
import { bodyOf, excerpt } from '../commands/message-text.ts';
import { loudness } from '../highlight/loudness.ts';
import {
  connectionSentences,
  guessedSentence,
  pingSentence,
  refusedSentence,
  removedSentence,
  replacedSentence,
  signedOutSentence,
} from '../language/event-sentence.ts';
import { STATUS_TAB } from '../state/state.ts';
import { safeLine } from '../text/safe-text.ts';
import type { Live } from './live.ts';
import type { Tabs } from './tabs.ts';

const NOTICE_MAX = 200;
const LAG_AFTER_MS = 3_000;
const CHANGES_MEMBERS: ReadonlySet<string> = new Set([
  ...(['member_joined', 'member_left', 'member_kicked', 'member_banned'] as const),
  ...(['admin_changed', 'owner_changed'] as const),
]);

/** What the SDK tells, as changes of the state. Returns the function that ends it. */
export function followClient(live: Live, tabs: Tabs): () => void {
  const { client } = live;
  const { events } = client;
  const connectionSentence = connectionSentences();
  let cancelLag: () => void = () => undefined;
  const say = (text: string) => live.tell(STATUS_TAB, text, 'event');
  const changed = ({ conversation }: { conversation: Conversation }) =>
    live.change({ type: 'changed', tab: conversation.topic });
  const present = ({ conversation }: { conversation: Conversation }) =>
    live.change({ type: 'presence', tab: conversation.topic });

  const handlers: { [Name in keyof ClientEvents]?: (payload: ClientEvents[Name]) => void } = {
    message: ({ conversation, message }) => messageCame(live, tabs, conversation, message),
    edited: changed,
    deleted: changed,
    reaction: changed,
    history: (event) => {
      changed(event);
      tabs.recount(event.conversation);
    },
    replaced: (event) => {
      const sentence = replacedSentence(event.gone.length);
      live.tell(event.conversation.topic, sentence, 'event');
      say(`${titleOf(event.conversation, { client, name: live.names.of })}: ${sentence}`);
      changed(event);
      tabs.recount(event.conversation);
    },
    trimmed: (event) => {
      changed(event);
      tabs.recount(event.conversation);
    },
    receipts: changed,
    changed,
    outbox: ({ conversation, entry, message }) => {
      if (message) live.milliseconds.acknowledged(message, entry, live.clock.now());
      live.change({ type: 'changed', tab: conversation.topic });
    },
    read: ({ conversation }) => tabs.recount(conversation),
    typing: present,
    presence: present,
    ping: ({ conversation, userId }) => {
      whenNamed(live, userId, (name) => {
        const title = pingSentence(name);
        live.tell(conversation.topic, title, 'event');
        live.ports.notify({ title, body: '' });
      });
    },
    password_guessed: (event) => {
      say(guessedSentence(event));
      live.ports.notify({ title: guessedSentence(event), body: '' });
    },
    person: () => live.change({ type: 'people' }),
    me: () => live.change({ type: 'people' }),
    lag: ({ ms }) => live.change({ type: 'lag', ms }),
    connection: (connection) => {
      live.change({ type: 'connection', connection });
      const sentence = connectionSentence(connection);
      if (sentence !== undefined) say(sentence);
      if (connection.state !== 'online') return;
      live.names.askAgain();
      live.members.connected();
      // The heartbeats tell later how it goes on; everybody comes back at once after an outage, so not at once.
      cancelLag();
      cancelLag = live.clock.after(LAG_AFTER_MS, () => void client.measureRoundTrip().catch(() => undefined));
    },
    signed_out: (event) => {
      tabs.removeAll();
      live.members.forget();
      live.older.forget();
      say(signedOutSentence(event));
    },
    refused: (event) => say(refusedSentence(event)),
    conversation_added: ({ conversation }) => tabs.add(conversation),
    conversation_removed: ({ conversation, reason }) => {
      const sentence = removedSentence(titleOf(conversation, { client, name: live.names.of }), reason);
      const wasOpen = live.state.open === conversation.topic;
      live.change({ type: 'tab removed', id: conversation.topic });
      say(sentence);
      // Whoever had it before them sees why another tab is there.
      if (wasOpen && live.state.open !== STATUS_TAB) live.tell(live.state.open, sentence, 'event');
    },
  };
  const stops = (Object.keys(handlers) as (keyof ClientEvents)[]).map((name) =>
    events.on(name, handlers[name] as (payload: unknown) => void),
  );
  return () => {
    cancelLag();
    for (const stop of stops) stop();
  };
}

function messageCame(live: Live, tabs: Tabs, conversation: Conversation, message: MessageObject): void {
  const { client, clock, state } = live;
  const { counts, highlight, rings } = loudness(conversation, message, client.me, state.preferences);
  if (counts) {
    live.milliseconds.came(message, clock.now());
    tabs.wake(conversation);
  }
  const isUnread = message.seq > conversation.readSeq;
  const isNew = tabs.isNew(conversation, message);
  if (message.type === 'system' && message.content !== null) {
    const { event } = message.content as SystemContent;
    if (CHANGES_MEMBERS.has(event)) live.members.changed(conversation.topic);
  }
  const isSeen = live.isSeen(conversation.topic);
  const isCounted = counts && isNew && !isSeen;
  live.change({
    type: 'message',
    tab: conversation.topic,
    counts: isCounted ? (highlight ? 'mention' : 'unread') : 'no',
  });
  if (rings && isUnread && !isSeen && state.preferences.bell) {
    const where = conversation.about.kind === 'group' ? `, ${safeLine(conversation.about.name)}` : '';
    const body = safeLine(excerpt(bodyOf(message), NOTICE_MAX));
    whenNamed(live, message.sender_id, (name) => live.ports.notify({ title: `${name}${where}`, body }));
  }
}

/** What is told once, and can't be painted anew when it is known who it is about, waits for that. */
function whenNamed(live: Live, userId: string, tell: (name: string) => void): void {
  if (live.names.person(userId)) tell(live.names.of(userId));
  else void live.names.learn([userId]).then(() => tell(live.names.of(userId)));
}
