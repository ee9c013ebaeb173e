import { type OwnUserObject, type PatchMeBody, Refusal } from '@tpx/protocol';
import type { z } from 'zod';
import type { Database } from '../db/database.ts';
import { announceAfterCommit } from '../fanout/announce-after-commit.ts';
import type { Announcer } from '../fanout/announcer.ts';
import type { Caller } from './caller.ts';
import { loadOwnUser } from './users.ts';

export function getMe(deps: { database: Database }, caller: Caller): Promise<OwnUserObject> {
  return loadOwnUser(deps.database, caller.userId);
}

/** Changes what is named and leaves the rest. @throws {Refusal} `unsupported_media` */
export async function patchMe(
  deps: { database: Database; announcer: Announcer },
  caller: Caller,
  body: z.output<typeof PatchMeBody>,
): Promise<OwnUserObject> {
  if (Object.values(body).every((value) => value === undefined)) return getMe(deps, caller);
  if (body.background && 'media_id' in body.background) throw noPicturesYet();
  return announceAfterCommit(deps, async (tx, later) => {
    await tx.query(
      `UPDATE users
     SET display_name = coalesce($2, display_name),
         status_state = coalesce($3, status_state), status_text = coalesce($4, status_text),
         background = CASE WHEN $5::boolean THEN $6::jsonb ELSE background END,
         public_key = CASE WHEN $7::boolean THEN $8 ELSE public_key END,
         updated_at = date_trunc('milliseconds', clock_timestamp())
     WHERE id = $1 AND deleted_at IS NULL`,
      [
        caller.userId,
        body.display_name ?? null,
        body.status?.state ?? null,
        body.status?.text ?? null,
        body.background !== undefined,
        body.background ?? null,
        body.public_key !== undefined,
        body.public_key ?? null,
      ],
    );
    later.changed({ type: 'user_updated', userId: caller.userId });
    return loadOwnUser(tx, caller.userId);
  });
}

/** @throws {Refusal} `unsupported_media` */
export async function setPhoto(
  deps: { database: Database },
  caller: Caller,
  mediaId: string | null,
): Promise<OwnUserObject> {
  if (mediaId !== null) throw noPicturesYet();
  return getMe(deps, caller);
}

function noPicturesYet(): Refusal {
  return new Refusal('unsupported_media', 'Pictures come with a later version. A background can be a color.');
}
