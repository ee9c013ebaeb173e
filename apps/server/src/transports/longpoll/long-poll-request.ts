import { Refusal } from '@tpx/protocol';
import { readBody } from '../read-body.ts';

/** Who asks, and for which session. */
export type PollCredentials = {
  accessToken: string | undefined;
  pollToken: string | undefined;
  /** The access token came in the header. */
  byHeader: boolean;
};

/**
 * The official client's poll URL is its socket's, with a second `token` behind it: the access token comes first, the
 * session's own last (`null` or nothing before there is one). A client that was given `authToken` sends the access token
 * in a header of its GETs instead, and its URL has the session's only (spec WS-12).
 */
export function readCredentials(request: Request, query: URLSearchParams): PollCredentials {
  const tokens = query.getAll('token').filter((token) => token !== '' && token !== 'null');
  const header = request.headers.get('x-phoenix-authtoken');
  if (header) return { accessToken: header, pollToken: tokens.at(-1), byHeader: true };
  return { accessToken: tokens[0], pollToken: tokens[1], byHeader: false };
}

/**
 * The body in UTF-8, or undefined past `max` bytes, of which no more are ever held.
 * @throws {Refusal} `invalid` where it is not UTF-8 or breaks off
 */
export async function readText(request: Request, max: number): Promise<string | undefined> {
  const bytes = await readBody(request, max);
  if (!bytes) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Refusal('invalid', 'The body is not UTF-8.');
  }
}
