import type { Frame, SessionId, UserId } from '@tpx/protocol';
import type { Connection } from '../fanout/connection.ts';
import type { Channel } from './channel.ts';
import type { JoinedChannels } from './joined-channels.ts';

/** A connected device as its channels see it. */
export interface ChannelSession {
  readonly userId: UserId;
  /** The device session, as in the access token. */
  readonly deviceId: SessionId;
  readonly connection: Connection;
  readonly channels: JoinedChannels;
  /** All connected devices of this user, this one included; undefined where it has always been the only one. */
  readonly devices: ReadonlySet<ChannelSession> | undefined;
  /** People whose presence this user does not get, because they block them. */
  hiddenUsers: ReadonlySet<string> | undefined;
  /** Rises whenever this user's rights change somewhere: a join that began before reads them again. */
  readonly accessVersion: number;
  /** Whether the join that `frame` asked for is still wanted: not left, not joined anew, not disconnected. */
  wants(frame: Frame): boolean;
  /** Ends one channel from this side: the client gets phx_close and does not rejoin by itself. */
  closeChannel(channel: Channel): void;
}

/** What a frame may ask of a topic. */
export interface ChannelHandlers {
  /** @throws {Refusal} */
  join(session: ChannelSession, frame: Frame): Promise<void>;
  leave(session: ChannelSession, channel: Channel): void;
  /** Gives the reply's response. @throws {Refusal} */
  push(session: ChannelSession, channel: Channel, frame: Frame): unknown;
  /** The connection has gone; its channels are left, with the grace of a reconnect. */
  dropped(session: ChannelSession, channel: Channel): void;
}
