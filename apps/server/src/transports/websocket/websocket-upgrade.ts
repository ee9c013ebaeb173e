import { REFUSALS, Refusal, type RefusalBody, SUPPORTED_VSN, type UserId } from '@tpx/protocol';
import type { Server } from 'bun';
import type { Caller } from '../../accounts/caller.ts';
import { ANSWER_HEADERS } from '../answer-headers.ts';
import { queryOf } from '../request-url.ts';
import type { SocketData } from './websocket-handler.ts';

type Deps = {
  /** @throws {Refusal} unauthorized, unavailable */
  authenticate(token: string): Promise<Caller>;
  /** @throws {Refusal} rate_limited */
  admit(request: Request, peerAddress: string | undefined): void;
  /** @throws {Refusal} rate_limited */
  makeRoomFor(userId: UserId): void;
};

/** Phoenix's way to pass a token without the URL: the subprotocol `base64url.bearer.phx.<token>`. */
const TOKEN_PROTOCOL = 'base64url.bearer.phx.';

/**
 * Answers `GET /socket/websocket?vsn=2.0.0&token=...`: an upgrade, or a refusal in JSON. A bad token is 403, as Phoenix
 * answers it; a wrong version is 400 with the versions that are spoken.
 */
export async function upgradeToWebSocket(
  deps: Deps,
  request: Request,
  server: Server<SocketData>,
  peerAddress: string | undefined,
): Promise<Response | undefined> {
  try {
    const query = queryOf(request.url);
    const protocols = protocolsOf(request);
    const offered = protocols.find((name) => name.startsWith(TOKEN_PROTOCOL));
    checkVersion(query.get('vsn'));
    const token = query.get('token') ?? (offered && decodeToken(offered));
    if (!token) throw new Refusal('unauthorized', 'Connect with ?token=<access_token>.');
    deps.admit(request, peerAddress);
    const caller = await deps.authenticate(token);
    deps.makeRoomFor(caller.userId);
    const data: SocketData = { caller, session: undefined };
    const headers = protocols.includes('phoenix') ? { 'Sec-WebSocket-Protocol': 'phoenix' } : undefined;
    if (server.upgrade(request, headers ? { data, headers } : { data })) return undefined;
    return refuse(
      426,
      new Refusal('invalid', 'This is a WebSocket: connect with an upgrade request.').toBody(),
    );
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return refuse(error.code === 'unauthorized' ? 403 : REFUSALS[error.code].http, error.toBody());
  }
}

/** @throws {Refusal} */
export function checkVersion(vsn: string | null): void {
  if (vsn === null || !SUPPORTED_VSN.test(vsn)) {
    throw new Refusal(
      'invalid',
      `This server speaks Phoenix Channels V2: connect with vsn=2.0.0, not ${vsn ?? 'without'}.`,
    );
  }
}

function protocolsOf(request: Request): string[] {
  const names = request.headers.get('sec-websocket-protocol');
  return names === null ? [] : names.split(',').map((name) => name.trim());
}

function decodeToken(protocol: string): string {
  return Buffer.from(protocol.slice(TOKEN_PROTOCOL.length), 'base64url').toString('utf8');
}

function refuse(status: number, error: RefusalBody): Response {
  const retryAfter = error.retry_after_ms
    ? { 'Retry-After': String(Math.ceil(error.retry_after_ms / 1000)) }
    : {};
  return Response.json({ error }, { status, headers: { ...ANSWER_HEADERS, ...retryAfter } });
}
