import { existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from '@tpx/server/db/database.ts';
import { PeopleFile } from '../seed/people-file.ts';
import { type SeededPerson, seed } from '../seed/seed.ts';

export type Crowd = {
  connections: number;
  roomSizes: readonly number[];
  nodes: number;
  /** Over so many nodes the members of a room are spread. */
  spread: number;
  /** In which order people come: one room after the other, or all rooms at the same time. */
  order: (typeof ORDERS)[number];
};

export const ORDERS = ['rooms', 'mixed'] as const;

const TOKEN_SECONDS = 24 * 3600;
/** Tokens of an earlier run are good for this long. */
const KEPT_MS = 20 * 3600 * 1000;
/** At a time: the tokens of a million would be half a gigabyte here. */
const PART = 50_000;

/**
 * Everybody in one room, as many in rooms of each size. What an earlier run with the same plan has left in `folder` is
 * taken instead, as long as its tokens are good.
 */
export async function seedMillion(database: Database, crowd: Crowd, folder: string): Promise<PeopleFile> {
  const { connections, roomSizes, nodes, spread, order } = crowd;
  const name = `people-${connections}-${roomSizes.join('-')}-${nodes}-${spread}-${order}`;
  const path = join(folder, name);
  if (existsSync(path) && Date.now() - statSync(path).mtimeMs < KEPT_MS) {
    const kept = new PeopleFile(path);
    if (kept.length === connections) return kept;
    kept[Symbol.dispose]();
  }
  rmSync(path, { force: true });
  const people = new PeopleFile(path);
  const startedAt = performance.now();
  const places = new Placement(crowd);
  for (const [index, size] of roomSizes.entries()) {
    const until = Math.round((connections * (index + 1)) / roomSizes.length);
    while (people.length < until) {
      const users = Math.min(PART, until - people.length);
      const groups = Math.ceil(users / size);
      const seeded = await seed(database, { users, groups, membersOf: 'one', tokenSeconds: TOKEN_SECONDS });
      const inOrder = order === 'mixed' ? seeded.people : seeded.people.toSorted(byRoom);
      people.append(inOrder.map((person) => ({ ...person, node: places.next(person.groupId, size) })));
      const seconds = (performance.now() - startedAt) / 1000;
      console.log(`  seeded ${people.length} users in ${seconds.toFixed(0)} s`);
    }
  }
  await database.query('VACUUM ANALYZE');
  return people;
}

function byRoom(one: SeededPerson, other: SeededPerson): number {
  return one.groupId < other.groupId ? -1 : Number(one.groupId > other.groupId);
}

/**
 * The members of a room go in turn to the nodes of one block: `spread` of them, and the last block has those that are
 * left over, too. A block is full before the next gets any.
 */
class Placement {
  readonly #blocks: readonly { first: number; nodes: number; people: number }[];
  readonly #rooms = new Map<string, { block: number; members: number }>();
  #block = 0;
  #placed = 0;

  constructor({ connections, nodes, spread }: Crowd) {
    const count = Math.max(1, Math.floor(nodes / spread));
    this.#blocks = Array.from({ length: count }, (_, index) => {
      const first = index * spread;
      const size = index === count - 1 ? nodes - first : spread;
      return { first, nodes: size, people: (connections * size) / nodes };
    });
  }

  /** The node of one more member of a room of `size`. */
  next(groupId: string, size: number): number {
    let room = this.#rooms.get(groupId);
    if (!room) {
      const full = this.#placed >= (this.#blocks[this.#block]?.people ?? 0);
      if (full && this.#block + 1 < this.#blocks.length) {
        this.#block++;
        this.#placed = 0;
      }
      this.#placed += size;
      room = { block: this.#block, members: 0 };
      this.#rooms.set(groupId, room);
    }
    const { first, nodes } = this.#blocks[room.block] as { first: number; nodes: number };
    return first + (room.members++ % nodes);
  }
}
