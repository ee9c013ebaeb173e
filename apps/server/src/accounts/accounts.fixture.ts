import type { SessionId, UserId } from '@tpx/protocol';
import { parseRateLimits, type RateLimits } from '../config/rate-limit-setting.ts';
import { openTestDatabase } from '../db/test-database.ts';
import type { Announcer, Change, LogEntry } from '../fanout/announcer.ts';
import { handOverGroups } from '../groups/hand-over.ts';
import { RateLimiter } from '../limits/rate-limiter.ts';
import { AccessTokens } from './access-tokens.ts';
import { PasswordGuard } from './password-guard.ts';
import { RefreshTokens } from './refresh-tokens.ts';
import { register } from './register.ts';
import { SessionActivity } from './session-activity.ts';
import { SessionDirectory } from './session-directory.ts';
import { SigningKeys } from './signing-keys.ts';

export const PASSWORD = 'correct horse battery';

export class RecordingAnnouncer implements Announcer {
  readonly entries: LogEntry[] = [];
  readonly changes: Change[] = [];
  /** What the live side does. */
  onChange: (change: Change) => void = () => undefined;

  logged(entry: LogEntry): void {
    this.entries.push(entry);
  }

  inDoubt(): void {
    // Nothing here is.
  }

  changed(change: Change): void {
    this.changes.push(change);
    this.onChange(change);
  }

  signalUser(): void {
    // Nothing here signals.
  }
}

export const silentLog = { warn: () => undefined };

/** Accounts on a real database; `clock.now` is the time of tokens and limits, not of Postgres. */
export async function openAccounts(limits: RateLimits = parseRateLimits('on', Error)) {
  const database = await openTestDatabase();
  const clock = { now: Date.now() };
  const now = () => clock.now;
  const keys = await SigningKeys.open(database, silentLog);
  const limiter = new RateLimiter(limits, now);
  const connected = new Set<SessionId>();
  const guessed: string[] = [];
  const activity = new SessionActivity({
    database,
    isConnected: (_, sessionId) => connected.has(sessionId),
    connected: () => [...connected].map((deviceId) => ({ deviceId })),
    now,
  });
  const deps = {
    database,
    activity,
    announcer: new RecordingAnnouncer(),
    accessTokens: new AccessTokens(keys, now),
    refreshTokens: new RefreshTokens(keys),
    passwordGuard: new PasswordGuard({ limiter, onGuessing: (account) => guessed.push(account) }),
    sessions: new SessionDirectory(database, now),
    handOverGroups,
  };
  deps.announcer.onChange = (change) => {
    if (change.type === 'session_revoked') deps.sessions.forget(change.sessionId);
  };
  return {
    ...deps,
    deps,
    clock,
    keys,
    limiter,
    /** Devices with a connection to this node. */
    connected,
    /** Accounts at whose password strangers guess. */
    guessed,
    /** A new account and its first session. */
    async join(username: string, deviceName = 'laptop') {
      const signedIn = await register(
        deps,
        { username, password: PASSWORD, device_name: deviceName },
        '192.0.2.1',
      );
      const { sessionId } = await deps.accessTokens.verify(signedIn.access_token);
      return {
        ...signedIn,
        userId: signedIn.user.id as UserId,
        sessionId,
        caller: { userId: signedIn.user.id as UserId, sessionId },
      };
    },
    async sessionsOf(userId: string): Promise<SessionId[]> {
      const rows = await database.query<{ id: SessionId }>(
        'SELECT id FROM device_sessions WHERE user_id = $1 ORDER BY id',
        [userId],
      );
      return rows.map(({ id }) => id);
    },
    /** Whether a statement waits for a lock of another transaction. */
    async isAnyoneWaiting(): Promise<boolean> {
      const rows = await database.query(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
      );
      return rows.length > 0;
    },
    async [Symbol.asyncDispose]() {
      keys.close();
      await database[Symbol.asyncDispose]();
    },
  };
}

export type TestAccounts = Awaited<ReturnType<typeof openAccounts>>;

/** The refusal's code and reason; fails where there is none. */
export async function refusalOf(
  attempt: Promise<unknown>,
): Promise<{ code: string; reason: unknown; message: string }> {
  const outcome = await attempt.then(
    (value) => ({ value }),
    (error) => ({ error }),
  );
  if (!('error' in outcome)) throw new Error(`It was not refused: ${JSON.stringify(outcome.value)}`);
  if (outcome.error?.name !== 'Refusal') throw outcome.error;
  return { code: outcome.error.code, reason: outcome.error.details?.reason, message: outcome.error.message };
}
