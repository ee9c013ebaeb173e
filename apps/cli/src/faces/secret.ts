import { InputDecoder } from '../input/input-decoder.ts';
import type { Decoded } from '../input/sequence-event.ts';

/** What somebody types at this terminal until Enter, without an echo; undefined where they gave it up (Ctrl-C, Ctrl-D). */
export async function readSecret(question: string): Promise<string | undefined> {
  const { stdin, stdout } = process;
  const decoder = new InputDecoder();
  const typed: string[] = [];
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const onData = (bytes: Uint8Array) => {
    for (const event of decoder.push(bytes)) {
      const done = hear(event, typed);
      if (done) resolve(done === 'entered' ? typed.join('') : undefined);
    }
  };
  stdout.write(question);
  stdin.setRawMode(true);
  stdin.on('data', onData);
  stdin.resume();
  try {
    return await promise;
  } finally {
    stdin.off('data', onData);
    stdin.setRawMode(false);
    stdout.write('\n');
  }
}

function hear(event: Decoded, typed: string[]): 'entered' | 'given up' | undefined {
  if (event.type === 'paste') typed.push(event.text);
  if (event.type !== 'key') return undefined;
  const { name, ctrl, alt } = event.key;
  if (name === 'enter' || (ctrl && name === 'j')) return 'entered';
  if (ctrl && (name === 'c' || name === 'd')) return 'given up';
  if (name === 'backspace') typed.pop();
  // Keys with names of more letters write nothing.
  else if (!ctrl && !alt && !/^[a-z]\w+$/.test(name)) typed.push(name);
  return undefined;
}
