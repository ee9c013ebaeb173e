import { closeSync, fstatSync, openSync, readSync, writeFileSync } from 'node:fs';

/** Read at a time. */
const PART_BYTES = 1024 * 1024;

export type Person = {
  token: string;
  groupId: string;
  /** Which of the nodes the person connects to. */
  node: number;
};

/** A part of a file of people, by its bytes; of its lines every so many, the one at `offset` first. */
export type PeopleSlice = { path: string; from: number; to: number; every: number; offset: number };

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
    for (const lines of linesOf(path, 0, size)) this.#note(lines);
  }

  get length(): number {
    return this.#ends.length - 1;
  }

  append(people: readonly Person[]): void {
    const lines = people.map((person) => `${personLine(person)} ${person.node}\n`).join('');
    writeFileSync(this.#descriptor, lines);
    this.#note(lines.split('\n').slice(0, -1));
  }

  #note(lines: readonly string[]): void {
    // Tokens and ids are ASCII: as many bytes as characters.
    let end = this.#ends.at(-1) ?? 0;
    for (const line of lines) {
      end += line.length + 1;
      this.#ends.push(end);
      const { groupId } = readPerson(line);
      this.groupSizes.set(groupId, (this.groupSizes.get(groupId) ?? 0) + 1);
    }
  }

  /** Lines [from, to). */
  slice(from: number, to: number): Pick<PeopleSlice, 'path' | 'from' | 'to'> {
    const end = (line: number) => this.#ends[Math.min(line, this.length)] ?? 0;
    return { path: this.#path, from: end(from), to: end(to) };
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }
}

export function readPeople({ path, from, to, every, offset }: PeopleSlice): Person[] {
  const people: Person[] = [];
  let index = 0;
  for (const lines of linesOf(path, from, to)) {
    for (const line of lines) if (index++ % every === offset) people.push(readPerson(copyOf(line)));
  }
  return people;
}

/** A part at a time: the file may be larger than what a process is to hold. */
function* linesOf(path: string, from: number, to: number): Generator<string[]> {
  for (let at = from; at < to; ) {
    // Whole lines only: what was cut off is read again with the next part.
    const text = readText(path, at, Math.min(to, at + PART_BYTES));
    const lines = text.split('\n');
    at += text.length - (lines.pop()?.length ?? 0);
    // Cut off in its last line: whoever wrote it was ended.
    if (lines.length === 0) return;
    yield lines;
  }
}

/** A part of a string keeps the whole of it in memory. */
function copyOf(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
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
