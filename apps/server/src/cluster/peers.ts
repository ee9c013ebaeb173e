import type { Bus } from './bus.ts';

type Deps = {
  bus: Bus;
  nodeId: string;
  /** Something that other nodes told may have been missed, or never have been told. */
  doubt(): void;
  /** A node was not heard of for so long that it is as good as dead. */
  gone(nodeId: string): void;
  /** A node has ended as it should. */
  left(nodeId: string): void;
};

type Peer = { heardAt: number; beats: number; lapses: number };

const SUBJECT = 'nodes';
export const BEAT_EVERY_MS = 1_500;
/** Beats are aligned to these multiples of the wall clock: who hears fifty in 1.5 s wakes up ten times for them. */
const MOMENT_EVERY_MS = 150;
/** A node that is silent for this long is gone; with the time it takes to tell, its people are within 10 s. */
const SILENCE_MAX_MS = 6_000;

/**
 * The other nodes, by the beats in which each tells how many it has sent and how often it has lost the bus. Whoever
 * misses one, or hears that somebody's connection was broken, may have missed news too (spec CLU-7, CLU-9).
 */
export class Peers {
  readonly #deps: Deps;
  readonly #now: () => number;
  readonly #peers = new Map<string, Peer>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #beats = 0;
  #lapses = 0;
  #lookedAt: number;

  constructor(deps: Deps, now: () => number = () => performance.now()) {
    this.#deps = deps;
    this.#now = now;
    this.#lookedAt = now();
    deps.bus.subscribe(SUBJECT, (text) => this.#receive(text));
    deps.bus.onState((isUp) => this.#turned(isUp));
    deps.bus.onMissed(() => deps.doubt());
    this.beat();
    this.#schedule();
  }

  #schedule(): void {
    this.#timer = setTimeout(
      () => {
        this.#schedule();
        this.beat();
        this.look();
      },
      BEAT_EVERY_MS - (Date.now() % MOMENT_EVERY_MS),
    );
  }

  get ids(): readonly string[] {
    return [...this.#peers.keys()];
  }

  #receive(text: string): void {
    const [what, nodeId = '', beats, lapses] = text.split(' ');
    if (what === 'bye') {
      if (this.#peers.delete(nodeId)) this.#deps.left(nodeId);
    } else if (what === 'beat') this.#beaten(nodeId, Number(beats), Number(lapses));
  }

  #beaten(nodeId: string, beats: number, lapses: number): void {
    const known = this.#peers.get(nodeId);
    this.#peers.set(nodeId, { heardAt: this.#now(), beats, lapses });
    if (known && (beats !== known.beats + 1 || lapses !== known.lapses)) this.#deps.doubt();
    // One that was taken for gone, or began before this node heard: what it told until now went elsewhere.
    if (!known && beats > 1) this.#deps.doubt();
  }

  #turned(isUp: boolean): void {
    if (!isUp) {
      this.#lapses++;
      return;
    }
    this.#forgive();
    this.beat();
    this.#deps.doubt();
  }

  /** Nobody could be heard: their silence means nothing. */
  #forgive(): void {
    const now = this.#now();
    for (const peer of this.#peers.values()) peer.heardAt = now;
  }

  beat(): void {
    if (!this.#deps.bus.isUp) return;
    this.#beats++;
    this.#deps.bus.publish(SUBJECT, `beat ${this.#deps.nodeId} ${this.#beats} ${this.#lapses}`);
  }

  /** Takes those for gone who are silent for too long. */
  look(): void {
    const now = this.#now();
    const since = now - this.#lookedAt;
    this.#lookedAt = now;
    if (!this.#deps.bus.isUp) return;
    if (since > SILENCE_MAX_MS / 2) {
      // It is this node that stood still; what the others said meanwhile is only now to be read.
      this.#forgive();
      this.#deps.doubt();
      return;
    }
    for (const [nodeId, { heardAt }] of this.#peers) {
      if (now - heardAt < SILENCE_MAX_MS) continue;
      this.#peers.delete(nodeId);
      this.#deps.gone(nodeId);
      // It may have died between a commit and telling of it.
      this.#deps.doubt();
    }
  }

  /** Says goodbye: this node's people are gone at once. */
  close(): void {
    clearTimeout(this.#timer);
    this.#deps.bus.publish(SUBJECT, `bye ${this.#deps.nodeId}`);
  }
}
