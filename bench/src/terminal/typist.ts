import { until } from '@tpx/testkit';
import { LatencyHistogram } from '../load/latency-histogram.ts';

const ECHO_WITHIN_MS = 5_000;
const CLEAR_LINE = '\u0015';
/** What is typed begins so, because no message does. */
const PREFIX = 'qx';
const LONGEST = 24;

/** A client in a pseudo-terminal of its own, typed into and read as a terminal emulator would. */
export class Typist implements AsyncDisposable {
  readonly #child: Bun.Subprocess;
  readonly #decoder = new TextDecoder();
  #output = '';
  #bytes = 0;

  constructor(
    command: string[],
    options: { columns: number; rows: number; env: Record<string, string | undefined> },
  ) {
    this.#child = Bun.spawn(command, {
      env: { ...options.env, TERM: 'xterm-256color', COLORTERM: 'truecolor' },
      terminal: {
        cols: options.columns,
        rows: options.rows,
        data: (_terminal, data) => {
          this.#bytes += data.length;
          this.#output += this.#decoder.decode(data, { stream: true });
        },
      },
    });
  }

  get pid(): number {
    return this.#child.pid;
  }

  get bytes(): number {
    return this.#bytes;
  }

  write(keys: string): void {
    this.#child.terminal?.write(keys);
  }

  /** Forgets what was shown before. */
  async shows(text: string, act: () => void = () => undefined): Promise<void> {
    this.#output = '';
    act();
    await until(() => this.#output.includes(text), { what: `“${text}” on the screen`, timeoutMs: 20_000 });
  }

  /** Keys until `untilMs` by performance.now, at a fast typist's pace; each key's time to its echo is recorded. */
  async type(untilMs: number, random: () => number): Promise<LatencyHistogram> {
    const echoes = new LatencyHistogram();
    let typed = PREFIX;
    this.write(`${CLEAR_LINE}${PREFIX}`);
    await this.shows(PREFIX, () => this.write('\u000c'));
    while (performance.now() < untilMs) {
      await Bun.sleep(50 + random() * 100);
      if (typed.length >= LONGEST) {
        typed = PREFIX;
        await this.shows('› ', () => this.write(CLEAR_LINE));
        this.write(PREFIX);
        await Bun.sleep(50);
      }
      const key = String.fromCharCode(97 + Math.floor(random() * 26));
      typed += key;
      echoes.record(await this.#echo(key, typed));
    }
    return echoes;
  }

  /** Microseconds from the key to the whole input line with it. */
  async #echo(key: string, line: string): Promise<number> {
    this.#output = '';
    const startedAt = performance.now();
    this.write(key);
    while (!this.#output.includes(line)) {
      if (performance.now() - startedAt > ECHO_WITHIN_MS) throw new Error(`“${line}” was never echoed.`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return (performance.now() - startedAt) * 1000;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill();
    await this.#child.exited;
    this.#child.terminal?.close();
  }
}
