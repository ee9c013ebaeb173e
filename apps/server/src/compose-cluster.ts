import { type ConversationId, encodePayload, LIMITS } from '@tpx/protocol';
import type { Logger } from 'pino';
import type { Signals } from './channels/signals.ts';
import type { Bus } from './cluster/bus.ts';
import { CatchUp } from './cluster/catch-up.ts';
import { ChangesBus, type ToldChange } from './cluster/changes-bus.ts';
import { ClusterAnnouncer } from './cluster/cluster-announcer.ts';
import { ConversationBus } from './cluster/conversation-bus.ts';
import { HistoryGuard } from './cluster/history-guard.ts';
import { nodesAtPostgres } from './cluster/nodes-at-postgres.ts';
import { Peers } from './cluster/peers.ts';
import { PresenceExchange } from './cluster/presence-exchange.ts';
import { UserSignals } from './cluster/user-signals.ts';
import type { Database } from './db/database.ts';
import type { Announcer, Change } from './fanout/announcer.ts';
import { ChangeFeed } from './fanout/change-feed.ts';
import type { EventPlace, LogPlace } from './fanout/event-place.ts';
import type { LiveConversation } from './fanout/live-conversation.ts';
import type { LiveConversations } from './fanout/live-conversations.ts';
import type { LocalFanout } from './fanout/local-fanout.ts';
import type { ReceiptBook } from './messages/receipts.ts';
import {
  applyChangeElsewhere,
  applyMissedChange,
  type ElsewhereDeps,
  rereadEverything,
} from './session/apply-changes-elsewhere.ts';
import { applyNews, applyUserSignal } from './session/apply-news.ts';

type Given = {
  bus: Bus;
  nodeId: string;
  /** There are no other nodes: every change is this one's own. */
  isAlone: boolean;
  database: Database;
  log: Logger;
  live: LiveConversations;
  fanout: LocalFanout;
  /** Announces on this node. */
  here: Announcer;
  changes: ElsewhereDeps & { live: LiveConversations };
  /** What is made after this, because it tells others. */
  late(): { signals: Signals; receipts: ReceiptBook };
  readPlaces(places: readonly EventPlace[]): Promise<readonly (LogPlace | undefined)[]>;
  /** Forgets what is kept in memory of Postgres, and sends the clients back. */
  startAnew(feed: ChangeFeed | undefined): void;
};

/** Joins a node to the others: what is told here goes there, what is told there is done here. */
export function composeCluster(given: Given) {
  const { bus, nodeId, isAlone, database, log, live, fanout, here, changes } = given;
  const { sessions, presence } = changes;
  const onError = (error: unknown) => log.warn({ err: error }, 'PostgreSQL was not compared with');
  const watched = (change: Change, applying: Promise<void>) =>
    void applying.catch((error) =>
      log.error({ err: error, change }, 'a change of another node was not applied'),
    );

  const catchUp = new CatchUp({
    database,
    live,
    bus,
    unheard,
    doubtHistory: (id) => guard.doubt(id),
    askAnew: (ids) => presence.askAnew(ids),
    onError,
  });
  const doubt = () => catchUp.doubt();
  const feed = isAlone
    ? undefined
    : new ChangeFeed({
        database,
        apply: (change) => watched(change, applyMissedChange({ ...changes, here }, change)),
        lost: () => rereadEverything(changes),
        onError,
      }).start();
  const guard = new HistoryGuard({
    database,
    live,
    readPlaces: given.readPlaces,
    startAnew(why) {
      log.warn(`${why} Clients are sent back, to compare what they hold with it.`);
      given.startAnew(feed);
    },
    onError,
  });
  const isNew = (id: number) => feed?.isNew(id) ?? true;
  const changed = ({ change, id }: ToldChange) => {
    if (id === undefined || isNew(id)) watched(change, applyChangeElsewhere(changes, change));
  };
  const conversations = new ConversationBus({
    bus,
    receive: (id, news) =>
      applyNews({ sessions, presence, live, fanout, changed, tellPresence, ...given.late() }, id, news),
    doubt,
    began: (id) => !isAlone && catchUp.began(id),
  });
  const users = new UserSignals({
    bus,
    isHere: (userId) => sessions.has(userId),
    receive: (userId, event, payload) => applyUserSignal({ sessions, fanout }, userId, event, payload),
  });
  const changesBus = new ChangesBus(bus, changed);
  const announcer = isAlone
    ? here
    : new ClusterAnnouncer({ here, conversations, users, changes: changesBus, isNew });
  const peers = new Peers({
    bus,
    nodeId,
    doubt,
    gone: (id) => presence.forgetNode(id),
    // Its people have the time of any reconnect to show up elsewhere (spec PRES-2).
    left: (id) => setTimeout(() => presence.forgetNode(id), LIMITS.presenceGraceMs),
  });
  const exchange = new PresenceExchange({
    bus,
    nodeId,
    peers: () => peers.ids,
    partOf: (id, all) => presence.partOf(id, all),
    answered: (id, from, part) => presence.setPart(id, from, part),
  });

  function tellPresence(id: ConversationId, asker: string): void {
    exchange.tell(id, asker);
  }

  async function unheard(): Promise<number> {
    if (isAlone) return 0;
    const heard = new Set([nodeId, ...peers.ids]);
    return (await nodesAtPostgres(database)).filter((id) => !heard.has(id)).length;
  }

  return {
    announcer,
    conversations,
    peers,
    exchange,
    catchUp,
    guard,
    /** Asks those who serve the conversation for their people there. */
    askForPresence(id: ConversationId): void {
      if (!isAlone) conversations.tell(id, { type: 'presence_wanted', nodeId });
    },
    /** A signal to the readers on all other nodes. */
    relay(conversation: LiveConversation, event: string, payload: unknown): void {
      if (!isAlone)
        conversations.tell(conversation.id, { type: 'signal', event, payload: encodePayload(payload) });
    },
    async close(): Promise<void> {
      catchUp.close();
      guard.close();
      exchange.close();
      await feed?.close();
      users.flush();
      peers.close();
      await bus.close();
    },
  };
}
