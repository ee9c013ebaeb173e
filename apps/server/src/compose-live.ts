import type { ConversationId, ConversationSummary, SessionId, UserId } from '@tpx/protocol';
import type { Logger } from 'pino';
import { whoBlocks } from './accounts/blocks.ts';
import { appearsOffline } from './accounts/users.ts';
import { Channels } from './channels/channels.ts';
import { loadSummaries, SUMMARIES_BATCH } from './channels/join-user.ts';
import { Signals } from './channels/signals.ts';
import type { Bus } from './cluster/bus.ts';
import { composeCluster } from './compose-cluster.ts';
import type { Config } from './config/config.ts';
import { BatchLoader } from './db/batch-loader.ts';
import type { Database } from './db/database.ts';
import { RevocationCheck } from './fanout/confirm-revocation.ts';
import type { EventPlace } from './fanout/event-place.ts';
import type { LiveConversation } from './fanout/live-conversation.ts';
import { LiveConversations } from './fanout/live-conversations.ts';
import { LocalFanout } from './fanout/local-fanout.ts';
import { NodeAnnouncer } from './fanout/node-announcer.ts';
import { loadConversationObject } from './groups/conversation-object.ts';
import { OnlineLists } from './groups/online-lists.ts';
import { Admission } from './limits/admission.ts';
import { RateLimiter } from './limits/rate-limiter.ts';
import { type Access, type AccessKey, loadAccess } from './messages/access.ts';
import { ConversationRefresher } from './messages/conversation-refresher.ts';
import { loadConversationStates } from './messages/conversation-state.ts';
import { describeWith } from './messages/describe-conversation.ts';
import { loadLogPlaces } from './messages/event-identity.ts';
import { MessageWriter } from './messages/message-writer.ts';
import { readLog } from './messages/read-log.ts';
import { ReceiptBook } from './messages/receipts.ts';
import { SummaryBook } from './messages/summary-book.ts';
import { WordIndex } from './messages/word-index.ts';
import { Presence } from './presence/presence.ts';
import { SignalFanout } from './presence/signal-fanout.ts';
import { applyChange } from './session/apply-changes.ts';
import { accessOfJoined } from './session/joined-access.ts';
import { SessionOpener } from './session/open-session.ts';
import { SessionRegistry } from './session/session-registry.ts';
import { startAnew } from './session/start-anew.ts';
import { UnreadBudget } from './session/unread-budget.ts';
import { HttpServer } from './transports/http-server.ts';

export type LiveSide = ReturnType<typeof composeLiveSide>;

type Given = {
  config: Config;
  database: Database;
  log: Logger;
  bus: Bus;
  nodeId: string;
  /** Access tokens of this device session are worth nothing from now on. */
  forgetSession(sessionId: SessionId): void;
  /** What is known of device sessions and keys is to be read again. */
  rereadAccounts(): void;
  /** Other nodes ask when this user's devices were active here. */
  storeActivity(userId: UserId): void;
  /** A connection of this device has ended. */
  disconnected(sessionId: SessionId): void;
};

/** Text of the Latin letters is held in a byte each, any other in two. */
const CHARACTERS_PER_MB = 1_048_576;
const BYTES_PER_MB = 1_048_576;

/** Everything of a node that is live: sessions, channels, fan-out, presence. */
export function composeLiveSide({
  config,
  database,
  log,
  bus,
  nodeId,
  forgetSession,
  rereadAccounts,
  storeActivity,
  disconnected,
}: Given) {
  const isAlone = config.natsUrl === null;
  const http = new HttpServer();
  const fanout = new LocalFanout(http);
  const registry = new SessionRegistry();
  const limiter = new RateLimiter(config.rateLimits);
  const admission = new Admission();
  const publish = fanout.publish.bind(fanout);
  const presence = new Presence({
    publish,
    nodeId,
    relay: isAlone
      ? undefined
      : (id, news) => cluster.conversations.tell(id, { type: 'presence', nodeId, news }),
    ask: (id) => cluster.askForPresence(id),
    askAll: (ids) => cluster.exchange.ask(ids),
    peers: () => cluster.peers.ids,
  });

  const signalFanout = new SignalFanout({ publish, filteredWatchers: (id) => presence.filteredWatchers(id) });

  const live = new LiveConversations({
    listen: (id) => cluster.conversations.listen(id),
    unlisten: (id) => cluster.conversations.unlisten(id),
    loadStates: (ids) => loadConversationStates(database, ids),
    readLog: (id, after, limit) => readLog(database, id, after, limit),
    doubtHistory: (id) => cluster.guard.doubt(id),
    publish: (conversation, { event, payload }) => {
      const { topic } = conversation;
      fanout.publishJson(topic, topic, event, payload);
      receipts.published(conversation);
    },
    ringCharactersMax: config.recentEventsMb * CHARACTERS_PER_MB,
  });

  const readPlaces = (places: readonly EventPlace[]) => loadLogPlaces(database, places);
  const conversationsOf = new BatchLoader<UserId, ConversationSummary[]>(
    (userIds) => loadSummaries(database, userIds),
    SUMMARIES_BATCH,
  );
  const access = new BatchLoader<AccessKey, Access | undefined>((keys) => loadAccess(database, keys));
  const refresher = new ConversationRefresher({
    database,
    onError: (error) => log.error({ err: error }, 'groups were not read again'),
  });
  const revocations = new RevocationCheck(database);
  const changes = {
    sessions: registry,
    presence,
    live,
    forgetSession,
    storeActivity,
    refresh: refresher.refresh.bind(refresher),
    trimmed: ({ topic }: LiveConversation, first_seq: number) =>
      publish(topic, topic, 'trimmed', { first_seq }),
    isInvisible: (userId: UserId) => appearsOffline(database, userId),
    readStanding: async (key: AccessKey) => (await access.load(key))?.standing ?? 'none',
    confirms: revocations.confirms.bind(revocations),
    readBlockers: (userId: UserId) => whoBlocks(database, userId),
    describeFor: (id: ConversationId, userId: UserId) => loadConversationObject(database, id, userId),
  };
  const words = new WordIndex(database);
  const here = new NodeAnnouncer({
    live,
    fanout,
    apply: (change) => applyChange(changes, change),
    grown: (conversationId) => words.note(conversationId),
  });
  const cluster = composeCluster({
    bus,
    nodeId,
    isAlone,
    database,
    log,
    live,
    fanout,
    here,
    changes,
    readPlaces,
    late: () => ({ signals, receipts }),
    startAnew: (feed) =>
      startAnew({
        sessions: registry,
        live,
        forget: [
          () => feed?.startAnew(),
          () => receipts.forgetAll(),
          () => summaries.forgetAll(),
          rereadAccounts,
        ],
      }),
  });
  const { announcer, relay } = cluster;

  const writer = new MessageWriter({ database, announcer });
  const receipts = new ReceiptBook({
    database,
    broadcast: (conversation, marks, payload, rest) =>
      signalFanout.publishOfMany(conversation, marks, 'receipts', payload, rest),
    relay: (conversation, marks) => relay(conversation, 'receipts', marks),
  });
  const summaries = new SummaryBook({ database, announcer });
  const signals = new Signals({
    announcer,
    fanout: signalFanout,
    relay,
    blocks: async (userId, other) => (await whoBlocks(database, other)).includes(userId),
  });
  const describe = describeWith((id) => loadConversationObject(database, id, null));
  const channels = new Channels({
    database,
    announcer,
    live,
    presence,
    access,
    conversationsOf,
    places: new BatchLoader(readPlaces),
    doubtHistory: (id) => cluster.guard.doubt(id),
    writer,
    receipts,
    summaries,
    signals,
    limiter,
    admission,
    describe,
  });
  const unread = new UnreadBudget({
    sessions: registry,
    maxBytes: config.unreadMb * BYTES_PER_MB,
    onClosed: (unreadBytes) => log.warn({ unreadBytes }, 'closed a client that reads too slowly'),
  });
  const sessions = new SessionOpener({
    channels,
    registry,
    limiter,
    onClosed: ({ deviceId }) => disconnected(deviceId),
    onUnexpected: (error, session) => log.error({ err: error, userId: session.userId }, 'a frame failed'),
  });

  return {
    http,
    fanout,
    registry,
    unread,
    limiter,
    admission,
    presence,
    live,
    announcer,
    writer,
    peers: cluster.peers,
    catchUp: cluster.catchUp,
    words,
    online: new OnlineLists({
      listed: (id) => presence.onlineIn(id),
      ask: async (id) => (await cluster.exchange.people(id)).union(presence.peopleHere(id)),
    }),
    /** Rights of whoever asks by REST: from their joined channel where they have one. */
    access: { load: async (key: AccessKey) => accessOfJoined(registry, key) ?? (await access.load(key)) },
    sessions,
    /** Waits for what is being stored; nothing new comes in any more. */
    async close(): Promise<void> {
      await writer.settled();
      signals.close();
      presence.close();
      summaries.close();
      await receipts.close();
      await cluster.close();
      await http.close();
    },
  };
}
