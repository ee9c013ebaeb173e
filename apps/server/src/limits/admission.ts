import { LIMITS, Refusal } from '@tpx/protocol';

type Limits = { stepsPerTurn: number; underWay: number };

/** Some 4 ms of work: a join with its upgrade is three steps and takes 90 us in all. */
const STEPS_PER_TURN = 128;
const RETRY_FROM_MS = 1_000;
const RETRY_SPREAD_MS = 2_000;

/**
 * Lets devices in by steps, a bounded number of them a turn of the event loop (spec WS-21). Without it a storm would be
 * served in as few turns as it comes in, and the messages of those who are connected would wait for the whole of each.
 * How many questions to Postgres are under way is not bounded by it: those are batched.
 */
export class Admission {
  readonly #limits: Limits;
  #underWay = 0;
  #stepsThisTurn = 0;
  readonly #first = new Line();
  /** Goes before the other: who has begun is to end, so that their number stays small. */
  readonly #further = new Line();

  constructor(limits: Limits = { stepsPerTurn: STEPS_PER_TURN, underWay: LIMITS.connectsUnderWayMax }) {
    this.#limits = limits;
  }

  get underWay(): number {
    return this.#underWay;
  }

  /** Does `work` when it is its turn. @throws {Refusal} `unavailable` where too many wait, and whatever `work` throws */
  async letIn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#underWay >= this.#limits.underWay) throw tooMany();
    this.#underWay++;
    try {
      await this.#step(this.#first);
      const result = await work();
      await this.#step(this.#further);
      return result;
    } finally {
      this.#underWay--;
    }
  }

  /** The turn of somebody who has been let in, for what comes next. */
  goOn(): Promise<void> {
    return this.#step(this.#further);
  }

  #step(line: Line): Promise<void> {
    // Where somebody waits, this turn has had all of its steps.
    if (this.#stepsThisTurn === this.#limits.stepsPerTurn) return new Promise((go) => line.push(go));
    this.#countStep();
    return Promise.resolve();
  }

  #countStep(): void {
    if (this.#stepsThisTurn++ === 0) setImmediate(() => this.#nextTurn());
  }

  #nextTurn(): void {
    this.#stepsThisTurn = 0;
    while (this.#stepsThisTurn < this.#limits.stepsPerTurn) {
      const go = this.#further.shift() ?? this.#first.shift();
      if (!go) return;
      this.#countStep();
      go();
    }
  }
}

/** Each is told another time, or they would all be back at once. */
function tooMany(): Refusal {
  const retryAfterMs = Math.round(RETRY_FROM_MS + Math.random() * RETRY_SPREAD_MS);
  return new Refusal('unavailable', 'Too many devices are connecting. Try again shortly.', { retryAfterMs });
}

/** First come, first served, whatever their number: an array's own `shift` moves all the others. */
class Line {
  #arrived: (() => void)[] = [];
  /** Those who arrived before the others, the first of them last. */
  #next: (() => void)[] = [];

  push(go: () => void): void {
    this.#arrived.push(go);
  }

  shift(): (() => void) | undefined {
    if (this.#next.length === 0) [this.#next, this.#arrived] = [this.#arrived.reverse(), this.#next];
    return this.#next.pop();
  }
}
