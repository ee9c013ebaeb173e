import { cut, excessOf, JSON_BOUNDS, LIMITS, Refusal } from '@tpx/protocol';
import { readBody } from '../read-body.ts';

const REASON_MAX = 120;

/** The JSON that a request carries; `{}` where its body is empty. @throws {Refusal} `invalid`, `too_large`, `unsupported_media` */
export async function readJsonBody(request: Request): Promise<unknown> {
  const bytes = await readBody(request, LIMITS.bodyMaxBytes);
  if (!bytes) throw tooLarge(LIMITS.bodyMaxBytes);
  if (bytes.length === 0) return {};
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type)) {
    throw new Refusal('unsupported_media', 'Send the body as JSON, with Content-Type: application/json.');
  }
  return parse(bytes);
}

function parse(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Refusal('invalid', 'The body is not UTF-8.');
  }
  const excess = excessOf(text, JSON_BOUNDS);
  if (excess) throw new Refusal('invalid', `The JSON of a body ${excess}.`);
  try {
    return JSON.parse(text);
  } catch (error) {
    // It may quote all of the body.
    const why = error instanceof SyntaxError ? `: ${cut(error.message, REASON_MAX)}` : '';
    throw new Refusal('invalid', `The body is not valid JSON${why}.`);
  }
}

function tooLarge(max: number): Refusal {
  return new Refusal('too_large', `A JSON body is at most ${max} bytes.`);
}
