import { UsageError } from '../language/usage-error.ts';

/** Says plainly what this version cannot do yet, rather than hide the command. */
export async function comesWithMedia(what: string): Promise<never> {
  throw new UsageError(`${what} come with media, which this version does not have yet. Nothing was sent.`);
}
