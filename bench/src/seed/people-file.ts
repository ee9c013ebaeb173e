import { closeSync, fstatSync, openSync, readSync, writeFileSync } from 'node:fs';

/** Read at a time of a file that is there already. */
const PART_BYTES = 8 * 1024 * 1024;

export type Person = {
  token: string;
  groupId: string;
  /** Which of the nodes the person connects to. */
  node: number;
};

/** A part of a file of people, by its bytes. */
export type PeopleSlice = { path: string; from: number; to: number };

export function personLine({ token, groupId }: Omit<Person, 'node'>): string {
  return `${token} ${groupId}`;
}

/** People a line each, on disk so that every process of the generator reads its own part of them. */
export class PeopleFile implements Disposable {
  readonly groupSizes = new Map<string, number>();
  readonly #path: string;
  readonly #descriptor: number;
  /** Where each line ends. */
  readonly #ends: number[] = [0];

  constructor(path: string) {
    this.#path = path;
    this.#descriptor = openSync(path, 'a');
    const { size } = fstatSync(this.#descriptor);
    for (let from = 0; from < size; ) {
      // Whole lines only: what was cut off is read again with the next part.
      const text = readText(path, from, Math.min(size, from + PART_BYTES));
      const lines = text.slice(0, text.lastIndexOf('\n') + 1);
      this.#note(lines);
      from += lines.length;
    }
  }

  get length(): number {
    return this.#ends.length - 1;
  }

  append(people: readonly Person[]): void {
    const lines = people.map((person) => `${personLine(person)} ${person.node}\n`).join('');
    writeFileSync(this.#descriptor, lines);
    this.#note(lines);
  }

  #note(lines: string): void {
    // Tokens and ids are ASCII: as many bytes as characters.
    let end = this.#ends.at(-1) ?? 0;
    for (const line of lines.split('\n').slice(0, -1)) {
      end += line.length + 1;
      this.#ends.push(end);
      const { groupId } = readPerson(line);
      this.groupSizes.set(groupId, (this.groupSizes.get(groupId) ?? 0) + 1);
    }
  }

  /** Lines [from, to). */
  slice(from: number, to: number): PeopleSlice {
    const end = (line: number) => this.#ends[Math.min(line, this.length)] ?? 0;
    return { path: this.#path, from: end(from), to: end(to) };
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }
}

export function readPeople({ path, from, to }: PeopleSlice): Person[] {
  return readText(path, from, to).split('\n').slice(0, -1).map(readPerson);
}

function readPerson(line: string): Person {
  const [token = '', groupId = '', node] = line.split(' ');
  return { token, groupId, node: Number(node) };
}

function readText(path: string, from: number, to: number): string {
  const bytes = Buffer.allocUnsafe(to - from);
  const descriptor = openSync(path, 'r');
  try {
    for (let at = 0; at < bytes.length; ) {
      const read = readSync(descriptor, bytes, at, bytes.length - at, from + at);
      if (read === 0) throw new Error(`${path} is shorter than it was.`);
      at += read;
    }
  } finally {
    closeSync(descriptor);
  }
  return bytes.toString('latin1');
}
