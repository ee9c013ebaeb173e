import { expect } from 'bun:test';
import { createGroup, createPerson, seededRandom, seedOfThisRun, startServer } from '@tpx/testkit';
import { CrashLog } from './crash-log.fixture.ts';
import { CrashSender } from './crash-sender.fixture.ts';

const SENDERS = 20;

export type CrashRounds = {
  rounds: number;
  /** Between a start and the kill that follows it. */
  livesForMs: { from: number; to: number };
  /** A sender's mean pause after an acknowledgement. */
  pauseMs: number;
};

/** Kills node and Postgres together at random moments while people send, and checks after each round. */
export async function crashRounds({ rounds, livesForMs, pauseMs }: CrashRounds): Promise<void> {
  const seed = seedOfThisRun();
  const random = seededRandom(seed);
  await using server = await startServer();
  const people = await Promise.all(Array.from({ length: SENDERS }, () => createPerson(server, 'sender')));
  const [owner, ...others] = people;
  if (!owner) throw new Error('There is nobody.');
  const group = await createGroup(owner, others);
  const pause = () => random.below(2 * pauseMs);
  const senders = people.map((person) => new CrashSender(server, person, group.id, pause));
  const log = new CrashLog(owner, group.id, senders);
  for (let round = 1; round <= rounds; round++) {
    await Bun.sleep(livesForMs.from + random.below(livesForMs.to - livesForMs.from));
    await server.kill();
    await server.start();
    const wrong = await log.check();
    if (wrong.length > 0) throw new Error(`Round ${round} of TPX_TEST_SEED=${seed}: ${wrong.join('; ')}`);
    if (round % 100 === 0) console.log(`round ${round}: ${log.messages} messages`);
  }
  await Promise.all(senders.map((sender) => sender.finish()));
  expect(await log.check()).toEqual([]);
  expect(log.messages).toBe(senders.reduce((sum, { sent }) => sum + sent, 0));
  expect(log.messages).toBeGreaterThan(rounds * SENDERS);
  for (const refusal of senders.flatMap(({ refusals }) => refusals)) expect(refusal).toContain('unavailable');
}
