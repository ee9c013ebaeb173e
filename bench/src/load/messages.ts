import type { HistogramData } from './latency-histogram.ts';
import type { Place } from './member.ts';

/** How readers tell that they have a message: as our SDK does, for every message, or not at all. */
export const DELIVERED_MODES = ['coalesced', 'each', 'off'] as const;
export type DeliveredMode = (typeof DELIVERED_MODES)[number];

/** What the parent asks of a generator process. Times are monotonic microseconds. */
export type Order =
  /** Connects and joins the people in lines [from, to) of a seed file, `concurrency` at a time. */
  | { do: 'join'; place: Place; file: string; from: number; to: number; concurrency: number }
  | ({ do: 'traffic' } & TrafficOrder)
  | ({ do: 'closed-loop' } & ClosedLoopOrder)
  | { do: 'leave' };

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
};

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
  /** Messages that were due in the window, and what came of them. */
  sent: number;
  acknowledged: number;
  refused: number;
  deliveries: number;
  latency: HistogramData;
  ackLatency: HistogramData;
  /** By how much the generator itself was late. */
  lateness: HistogramData;
  gaps: number;
  closed: number;
  deliveredMarks: number;
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

export type LeaveReport = { did: 'leave' };

export type Report = JoinReport | TrafficReport | ClosedLoopReport | LeaveReport;
