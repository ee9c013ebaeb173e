import { cpus, totalmem } from 'node:os';

/** The machine, for the record beside every figure. */
export function describeMachine(): string {
  const [first] = cpus();
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} x ${first?.model.trim() ?? 'unknown CPU'}, ${gigabytes} GiB, ${process.platform} ${process.arch}, Bun ${Bun.version}`;
}
