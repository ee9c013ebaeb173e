import type { UserId } from '@tpx/protocol';

/** A device as one node tells another: its user, its number on its own node, since when (ms since 1970), its short name. */
export type PresenceEntry = readonly [userId: UserId, ref: number, onlineAt: number, device: string];

/** What changed among a node's own people in one conversation. */
export type PresenceNews = {
  /** Its people there now. */
  size: number;
  /** Undefined where the room is told as a count: then it is told to nodes as one too. */
  joins?: readonly PresenceEntry[];
  leaves?: readonly (readonly [userId: UserId, ref: number])[];
};

/** All of a node's own people in one conversation; who they are only where they are few enough for a list. */
export type PresencePart = { size: number; entries?: readonly PresenceEntry[] };
