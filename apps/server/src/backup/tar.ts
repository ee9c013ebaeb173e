/** Just what a backup needs of the tar format (POSIX ustar): plain files with short names. */

const BLOCK = 512;
const NAME_BYTES = 100;

export interface TarEntry {
  readonly name: string;
  readonly body: Uint8Array;
  /** The entry as it stands in the file: header, body, padding. */
  readonly raw: readonly Uint8Array[];
}

/** An entry as it stands in the file. */
export function tarEntry(name: string, body: Uint8Array, modifiedAt: Date): Uint8Array[] {
  return [header(name, body.length, modifiedAt), body, new Uint8Array(paddingOf(body.length))];
}

export const TAR_END = new Uint8Array(2 * BLOCK);

function paddingOf(length: number): number {
  return (BLOCK - (length % BLOCK)) % BLOCK;
}

function header(name: string, length: number, modifiedAt: Date): Uint8Array {
  if (Buffer.byteLength(name) > NAME_BYTES) throw new Error(`The name ${name} is too long for a tar.`);
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, '0');
  block.write(name, 0);
  block.write(octal(0o600, 7), 100);
  block.write(octal(0, 7), 108);
  block.write(octal(0, 7), 116);
  block.write(octal(length, 11), 124);
  block.write(octal(Math.floor(modifiedAt.getTime() / 1000), 11), 136);
  block.write('0', 156);
  block.write('ustar\u000000', 257);
  block.write(`${octal(checksumOf(block), 6)}\u0000 `, 148);
  return block;
}

/** The sum of the header's bytes, with blanks in the place of the sum itself. */
function checksumOf(block: Uint8Array): number {
  return block.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0);
}

/**
 * The entries of a tar. One that ends early ends this early too: its reader knows what has to be the last entry.
 *
 * @throws {Error} where it is no tar, or an entry is longer than `bodyMaxBytes`
 */
export async function* readTar(
  stream: AsyncIterable<Uint8Array>,
  bodyMaxBytes: number,
): AsyncGenerator<TarEntry> {
  const source = new ByteSource(stream);
  for (;;) {
    const block = await source.take(BLOCK);
    if (block === null || block.every((byte) => byte === 0)) return;
    const text = (from: number, to: number) =>
      Buffer.from(block.subarray(from, to)).toString().split('\u0000')[0] ?? '';
    const length = Number.parseInt(text(124, 136), 8);
    if (Number.parseInt(text(148, 156), 8) !== checksumOf(block) || !(length >= 0 && length <= bodyMaxBytes))
      throw new Error('an entry of the tar is damaged');
    const body = await source.take(length);
    const padding = await source.take(paddingOf(length));
    if (body === null || padding === null) return;
    yield { name: text(0, NAME_BYTES), body, raw: [block, body, padding] };
  }
}

/** Pieces of the wanted length, whatever the stream is cut into. */
class ByteSource {
  readonly #stream: AsyncIterator<Uint8Array>;
  #held: Uint8Array[] = [];
  #heldBytes = 0;

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.#stream = stream[Symbol.asyncIterator]();
  }

  /** Null where the stream ends before. */
  async take(length: number): Promise<Uint8Array | null> {
    while (this.#heldBytes < length) {
      const next = await this.#stream.next();
      if (next.done) return null;
      this.#held.push(next.value);
      this.#heldBytes += next.value.length;
    }
    const all = this.#held.length === 1 && this.#held[0] ? this.#held[0] : Buffer.concat(this.#held);
    this.#held = [all.subarray(length)];
    this.#heldBytes -= length;
    return all.subarray(0, length);
  }
}
