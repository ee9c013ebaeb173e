import type { UserId } from '@tpx/protocol';
import type { Logger } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { AccessTokens } from './accounts/access-tokens.ts';
import { addressKey } from './accounts/address-key.ts';
import { authenticate } from './accounts/authenticate.ts';
import { PasswordGuard } from './accounts/password-guard.ts';
import { RefreshTokens } from './accounts/refresh-tokens.ts';
import { reportGuessing } from './accounts/report-guessing.ts';
import { SessionActivity } from './accounts/session-activity.ts';
import { SessionDirectory } from './accounts/session-directory.ts';
import { removeExpiredSessions } from './accounts/sessions.ts';
import { SigningKeys } from './accounts/signing-keys.ts';
import { AuthenticatedBus } from './cluster/authenticated-bus.ts';
import type { Bus } from './cluster/bus.ts';
import { BusKeys } from './cluster/bus-keys.ts';
import { clusterName } from './cluster/cluster-name.ts';
import { InProcessBus } from './cluster/in-process-bus.ts';
import { NatsBus } from './cluster/nats-bus.ts';
import { nodesAtPostgres } from './cluster/nodes-at-postgres.ts';
import { gaugesOf } from './compose-gauges.ts';
import { composeLiveSide, type LiveSide } from './compose-live.ts';
import { composeResources } from './compose-resources.ts';
import type { Config } from './config/config.ts';
import type { Database } from './db/database.ts';
import { PostgresClock } from './db/postgres-clock.ts';
import { removeOldChanges } from './fanout/change-feed.ts';
import { handOverGroups } from './groups/hand-over.ts';
import { trimLogs } from './groups/trim-logs.ts';
import { claimTurn, type SharedJob } from './jobs/claim-turn.ts';
import { repeat } from './jobs/repeat.ts';
import { LongPoll } from './transports/longpoll/long-poll.ts';
import { registerAuthRoutes } from './transports/rest/auth-routes.ts';
import { clientAddressReader } from './transports/rest/client-address.ts';
import { registerDmRoutes } from './transports/rest/dm-routes.ts';
import { registerGroupRoutes } from './transports/rest/group-routes.ts';
import { httpMetrics } from './transports/rest/http-metrics.ts';
import { registerMessageRoutes } from './transports/rest/message-routes.ts';
import { registerPinRoutes } from './transports/rest/pin-routes.ts';
import { busPart, clockPart, databasePart } from './transports/rest/readiness.ts';
import { createRestApp } from './transports/rest/rest-app.ts';
import { registerSystemRoutes } from './transports/rest/system-routes.ts';
import { registerUserRoutes } from './transports/rest/user-routes.ts';

const RETENTION_EVERY_MS = 60_000;
const EXPIRED_SESSIONS_EVERY_MS = 600_000;
const OLD_CHANGES_EVERY_MS = 60_000;
const SWEEP_EVERY_MS = 60_000;
const WORDS_EVERY_MS = 250;
const ACTIVITY_EVERY_MS = 300_000;
const UNREAD_EVERY_MS = 1_000;
const BUCKETS_EVERY_MS = 1_000;

export type Given = {
  nodeId: string;
  config: Config;
  database: Database;
  log: Logger;
  version: string;
  worker: Worker | undefined;
};

/** A node that shares its port with others, below one supervisor. */
export type Worker = {
  number: number;
  /** Takes what gives this node's metrics, and gives what gives those of all of them. */
  shareMetrics(own: () => Promise<string>): () => Promise<string>;
};

/** A node: `listen` serves; `drain` lets clients go to come back elsewhere, and stores what is under way. */
export interface Node {
  /** @throws what Bun throws where the address is taken */
  listen(): URL;
  drain(): Promise<void>;
}

/** Making them takes milliseconds of the event loop; Prometheus asks every few seconds. */
const METRICS_FRESH_MS = 1_000;
/** Short beside the interval of any balancer that asks. */
const READY_FRESH_MS = 250;
/** How often the delay of the event loop is looked at. Every look wakes the process, and a machine may run many nodes. */
const LOOP_LAG_EVERY_MS = 100;

/** Puts a node together from its parts: here and in the other `compose-*.ts`, and nowhere else, concrete ones are named. */
export async function composeNode({ nodeId, config, database, log, version, worker }: Given): Promise<Node> {
  const onError = (error: unknown) => log.error({ err: error }, 'background work failed');
  const keys = await SigningKeys.open(database, log);
  const bus = await openBus({ config, database, log, nodeId, keys });
  const clock = await PostgresClock.open({ database, onTrouble: (sentence) => log.warn(sentence), onError });
  const accessTokens = new AccessTokens(keys, clock.now);
  const activity = new SessionActivity({
    database,
    isConnected: (userId, sessionId) =>
      live.registry.of(userId).some(({ deviceId }) => deviceId === sessionId),
    connected: () => live.registry.each(),
  });
  const directory = new SessionDirectory(database);
  const forgetSession = directory.forget.bind(directory);
  const rereadAccounts = () => {
    directory.readAgain();
    void keys.reload().catch((err) => log.warn({ err }, 'keys not reloaded'));
  };
  const storeActivity = (userId: UserId) => void activity.storeOf(userId).catch(onError);
  const onAccounts = {
    forgetSession,
    storeActivity,
    rereadAccounts,
    disconnected: activity.used.bind(activity),
  };
  const live = composeLiveSide({ config, database, log, bus, nodeId, ...onAccounts });
  const { announcer, limiter, online, writer, access } = live;

  const registry = new Registry();
  if (worker) registry.setDefaultLabels({ worker: String(worker.number) });
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LOOP_LAG_EVERY_MS });
  observe(registry, live, bus, clock);
  const resources = composeResources({ http: live.http, registry, log, onError });

  const identify = (token: string) => authenticate({ accessTokens, sessions: directory }, token);
  const letIn = (token: string) => live.admission.letIn(() => identify(token));
  const rest = createRestApp({
    async authenticate(token) {
      const caller = await identify(token);
      activity.used(caller.sessionId);
      return caller;
    },
    limiter,
    log,
    trustedProxies: config.trustedProxies,
    onAnswer: httpMetrics(registry),
  });
  const passwordGuard = new PasswordGuard({
    limiter,
    onGuessing: (account) => void reportGuessing({ database, announcer }, account).catch(onError),
  });
  const refreshTokens = new RefreshTokens(keys);
  const common = { database, announcer, limiter, online, activity };
  registerAuthRoutes(rest, { ...common, accessTokens, refreshTokens, passwordGuard });
  registerUserRoutes(rest, { ...common, accessTokens, refreshTokens, passwordGuard, handOverGroups });
  registerGroupRoutes(rest, common);
  registerDmRoutes(rest, common);
  registerMessageRoutes(rest, { ...common, live: live.live, writer, access });
  registerPinRoutes(rest, { ...common, access });
  const ownMetrics = () => registry.metrics();
  registerSystemRoutes(rest, {
    metrics: worker ? worker.shareMetrics(ownMetrics) : ownMetrics,
    metricsToken: config.metricsToken,
    freshMs: { metrics: METRICS_FRESH_MS, ready: READY_FRESH_MS },
    parts: {
      postgres: databasePart(database),
      clock: clockPart(clock),
      ...(config.natsUrl !== null && { nats: busPart(bus) }),
    },
    info: { version, tcp: null, features: ['groups', 'dms', 'receipts', 'presence', 'search', 'audit'] },
  });

  const addressOf = clientAddressReader(config.trustedProxies);
  const admit = (request: Request, peerAddress: string | undefined) => {
    resources.admit();
    limiter.take(
      'connect',
      addressKey(addressOf(peerAddress, request.headers.get('x-forwarded-for') ?? undefined)),
    );
  };
  const sockets = { sessions: live.sessions, fanout: live.fanout };
  const longPoll = new LongPoll({ ...sockets, authenticate: letIn, admit });

  /** Each turn is one node's; what is too old is so by Postgres' clock, and only while that can be trusted (CLOCK-1). */
  const expire = (
    job: SharedJob,
    everyMs: number,
    work: (now: Date, signal: AbortSignal) => Promise<unknown>,
  ) =>
    repeat(
      async (signal) => {
        const now = await clock.settled();
        if (now !== null && (await claimTurn(database, job, everyMs))) await work(now, signal);
      },
      everyMs,
      onError,
    );
  const background: AsyncDisposable[] = [
    expire('trim_logs', RETENTION_EVERY_MS, (now, signal) => trimLogs({ database, announcer }, now, signal)),
    expire('expired_sessions', EXPIRED_SESSIONS_EVERY_MS, (now) =>
      removeExpiredSessions({ database, announcer }, now),
    ),
    expire('old_changes', OLD_CHANGES_EVERY_MS, (now) => removeOldChanges(database, now)),
    repeat(() => live.words.pass(), WORDS_EVERY_MS, onError),
    repeat(async () => live.live.sweep(), SWEEP_EVERY_MS, onError),
    repeat(() => activity.store(), ACTIVITY_EVERY_MS, onError),
    repeat(async () => live.unread.check(), UNREAD_EVERY_MS, onError),
    repeat(async () => limiter.sweep(), BUCKETS_EVERY_MS, onError),
  ];

  return {
    listen() {
      const url = live.http.listen(
        { hostname: config.host, port: config.port, reusePort: worker !== undefined },
        {
          rest,
          sockets,
          upgrade: {
            authenticate: letIn,
            admit,
            makeRoomFor: live.sessions.makeRoomFor.bind(live.sessions),
          },
          longPoll: longPoll.handle,
          onUnexpected: (error) => log.error({ err: error }, 'a request failed'),
        },
      );
      background.push(...resources.watch());
      return url;
    },
    async drain() {
      live.http.stopAccepting();
      for (const session of live.registry.all()) session.connection.close('going_away');
      longPoll.dispose();
      for (const work of [...background, clock]) await work[Symbol.asyncDispose]();
      await live.close();
      keys.close();
    },
  };
}

/** Begins every subject. A node that does not authenticate its lines must not read those of one that does, nor be heard. */
const BUS_FORMAT = 'tpx2';

/** A node without TPX_NATS_URL is a cluster of one. */
async function openBus({
  config,
  database,
  log,
  nodeId,
  keys,
}: Pick<Given, 'config' | 'database' | 'log' | 'nodeId'> & { keys: SigningKeys }): Promise<Bus> {
  if (config.natsUrl === null) return new InProcessBus();
  const onTrouble = (sentence: string) => log.warn(sentence);
  const bus = await NatsBus.open({
    url: config.natsUrl,
    prefix: `${BUS_FORMAT}.${await clusterName(database)}`,
    name: `tpx ${nodeId}`,
    onTrouble,
  });
  const alive = () => nodesAtPostgres(database);
  return new AuthenticatedBus({ bus, nodeId, keys: new BusKeys(keys), alive, onTrouble });
}

function observe(
  registry: Registry,
  { registry: sessions, unread, live, presence, peers, catchUp, admission }: LiveSide,
  bus: Bus,
  clock: PostgresClock,
): void {
  const gauge = gaugesOf(registry);
  gauge('tpx_connections', 'Connected devices.', () => sessions.count);
  gauge('tpx_unread_bytes', 'What clients have not read, at the last look.', () => unread.unreadBytes);
  gauge('tpx_connects_under_way', 'Devices that are being let in.', () => admission.underWay);
  gauge('tpx_live_conversations', 'Conversations held in memory.', () => live.count);
  gauge('tpx_presence_rooms', 'Conversations whose presence is held in memory.', () => presence.count);
  gauge(
    'tpx_clock_ahead_seconds',
    'How far the clock of PostgreSQL is ahead of this node.',
    () => clock.aheadSeconds,
  );
  gauge('tpx_expiry_paused', 'Whether nothing is deleted for its age, because clocks disagree.', () =>
    Number(clock.trouble !== null),
  );
  gauge('tpx_bus_up', 'Whether the bus to other nodes is there.', () => Number(bus.isUp));
  gauge('tpx_bus_subscriptions', 'Subjects that this node listens on.', () => bus.traffic.subscriptions);
  gauge('tpx_bus_sent', 'Messages to other nodes since the start.', () => bus.traffic.sent);
  gauge('tpx_bus_received', 'Messages from other nodes since the start.', () => bus.traffic.received);
  gauge(
    'tpx_bus_refused',
    'Messages on the bus that no node of this cluster has sent.',
    () => bus.traffic.refused,
  );
  gauge('tpx_cluster_peers', 'Other nodes that are heard of.', () => peers.ids.length);
  gauge('tpx_cluster_unheard', 'Nodes that live but are not heard of.', () => catchUp.unheard);
  gauge('tpx_recent_events_characters', 'Recent events held in memory.', () => live.ringCharacters);
}
