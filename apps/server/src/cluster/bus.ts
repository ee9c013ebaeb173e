/**
 * What joins the nodes of a cluster: subjects that any node publishes to and any node listens on. It is fast and may
 * lose; what must not be lost is in Postgres (spec CLU-1).
 */
export interface Bus {
  /** Whether what is published now reaches the others. */
  readonly isUp: boolean;
  /** Since the start; `subscriptions` now. */
  readonly traffic: Readonly<BusTraffic>;
  /** MUST return at once, MUST NOT throw, and MUST drop what is published while the bus is away. */
  publish(subject: string, text: string): void;
  /**
   * From here on, once `confirm` has resolved, `receive` MUST get all that other nodes publish to `subject`: what one node
   * publishes in the order in which it did, and nothing of what this node publishes itself. A subject has one listener.
   */
  subscribe(subject: string, receive: (text: string) => void): void;
  /** MUST stop at once: nothing is received after this returns. */
  unsubscribe(subject: string): void;
  /**
   * True once the bus has every subscription and everything published before the call. False where it is away or does
   * not answer in time. MUST NOT reject.
   */
  confirm(): Promise<boolean>;
  /**
   * MUST be called with false when the bus is lost, and with true when it is back and has every subscription again. What
   * was published in between may be lost, whoever published it.
   */
  onState(listener: (isUp: boolean) => void): void;
  /** MUST be called where something that another node published was dropped although it may have been true. */
  onMissed(listener: () => void): void;
  /** MUST hand over what was published before it resolves; afterwards nothing is received. */
  close(): Promise<void>;
}

/** `refused`: what was received and no node of this cluster has sent. */
export type BusTraffic = { sent: number; received: number; refused: number; subscriptions: number };
