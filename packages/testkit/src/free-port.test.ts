import { expect, test } from 'bun:test';
import { resolve } from 'node:path';
import { freePort } from './free-port.ts';

const MODULE = resolve(import.meta.dirname, 'free-port.ts');

test('TEST-4 no port is returned twice, also not to several callers at once', async () => {
  const ports = await Promise.all(Array.from({ length: 200 }, () => freePort()));
  expect(new Set(ports).size).toBe(200);
});

test('TEST-4 two processes that run at the same time get different ports', async () => {
  const script = `
    const { freePort } = await import(${JSON.stringify(MODULE)});
    const ports = [];
    for (let i = 0; i < 100; i += 1) ports.push(await freePort());
    console.log(JSON.stringify(ports));
    await Bun.stdin.text();`;
  const children = Array.from({ length: 4 }, () =>
    Bun.spawn([process.execPath, '-e', script], { stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' }),
  );
  const lines = await Promise.all(children.map((child) => firstLine(child.stdout)));
  for (const child of children) child.stdin.end();
  await Promise.all(children.map((child) => child.exited));
  const ports = lines.flatMap((line) => JSON.parse(line) as number[]);
  expect(ports).toHaveLength(400);
  expect(new Set(ports).size).toBe(400);
});

test('TEST-4 a port that somebody listens on is passed over', async () => {
  const before = await freePort();
  await using _taken = Bun.serve({ hostname: '127.0.0.1', port: before + 1, fetch: () => new Response() });
  expect(await freePort()).not.toBe(before + 1);
});

async function firstLine(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  let text = '';
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.includes('\n')) break;
  }
  return text.trim();
}
