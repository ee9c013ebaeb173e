import type { PeopleSlice } from '../seed/people-file.ts';
import type { HistogramData } from './latency-histogram.ts';
import type { Place } from './sockets.ts';

/** How readers tell that they have a message: as our SDK does, for every message, or not at all. */
export const DELIVERED_MODES = ['coalesced', 'each', 'off'] as const;
export type DeliveredMode = (typeof DELIVERED_MODES)[number];

/** What the parent asks of a generator process. Times are monotonic microseconds. */
export type Order =
  | ({ do: 'join' } & JoinOrder)
  | ({ do: 'traffic' } & TrafficOrder)
  | ({ do: 'closed-loop' } & ClosedLoopOrder)
  | ({ do: 'storm' } & StormOrder)
  | ({ do: 'look' } & LookOrder)
  | { do: 'leave' };

/** Connects and joins people, `concurrency` at a time, each at the place of its node. */
export type JoinOrder = {
  places: Place[];
  people: PeopleSlice;
  concurrency: number;
  /** Whether they can come back after their connection is lost. */
  canReturn: boolean;
};

/** Messages by schedule, whatever the answers do. */
export type TrafficOrder = {
  startAt: number;
  /** Only what is due from here on counts. */
  countFrom: number;
  stopAt: number;
  /** Of this process. */
  perSecond: number;
  textLength: number;
  delivered: DeliveredMode;
  /** The groups that are written into; undefined for all. */
  groups: string[] | undefined;
  /** The nodes whose members write; undefined for all. */
  fromNodes: number[] | undefined;
  /** Sockets are looked at so often; 0 to be woken by each. */
  pauseMicros: number;
};

/**
 * Anyone who loses their connection comes back at one of the `refuges`, which are places by number. The report counts those who are
 * back by `until`; the others go on trying.
 */
export type StormOrder = { places: Place[]; refuges: number[]; killAt: number; until: number };

/** Who lacks something of the logs that end so, by group. */
export type LookOrder = { lastSeqs: Record<string, number> };

/** The first `senders` members send, each its next message once the last was acknowledged. */
export type ClosedLoopOrder = {
  senders: number;
  countFrom: number;
  stopAt: number;
  textLength: number;
};

export type JoinReport = {
  did: 'join';
  joined: number;
  failed: number;
  /** The first reasons. */
  failures: string[];
  startedAt: number;
  endedAt: number;
  upgrade: HistogramData;
  join: HistogramData;
};

export type TrafficReport = {
  did: 'traffic';
  /** Messages that were due in the window, by the group they went to, and what came of them. */
  sentTo: Record<string, number>;
  acknowledged: number;
  refused: number;
  deliveries: number;
  latency: HistogramData;
  /** Of those deliveries whose sender is connected to another node. */
  crossLatency: HistogramData;
  ackLatency: HistogramData;
  /** By how much the generator itself was late. */
  lateness: HistogramData;
  gaps: number;
  closed: number;
  deliveredMarks: number;
  beats: number;
  beatsAnswered: number;
  otherFrames: number;
  otherBytes: number;
  /** Mean size of a delivery's frame. */
  deliveryBytes: number;
};

export type ClosedLoopReport = {
  did: 'closed-loop';
  /** All, those of the warm-up included. */
  sends: number;
  acknowledged: number;
  refused: number;
  ackLatency: HistogramData;
};

export type StormReport = {
  did: 'storm';
  lost: number;
  attempts: number;
  /** Still not back. */
  away: number;
  failures: string[];
  /** From `killAt` until all that was missed is there. */
  latency: HistogramData;
};

export type LookReport = {
  did: 'look';
  /** Places in the logs that were skipped, by all members. */
  gaps: number;
  /** Members that are behind, at most `LACKING_MAX` a process. */
  lacking: Lacking[];
};

/** A member that has its log up to `lastSeq` only. */
export type Lacking = { groupId: string; node: number; isConnected: boolean; lastSeq: number; of: number };
export const LACKING_MAX = 1_000;

export type LeaveReport = { did: 'leave' };

export type Report = JoinReport | TrafficReport | ClosedLoopReport | StormReport | LookReport | LeaveReport;

/** Orders may be under way at the same time; each report says which it answers. */
export type Numbered = { id: number; order: Order };
export type Answer = { id: number; report: Report };
