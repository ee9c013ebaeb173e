import { Refusal } from '@tpx/protocol';
import { DatabaseError } from './db/database.ts';
import { isOutage, isTlsFailure } from './db/outage.ts';
import { SchemaError } from './db/schema-error.ts';

/** Why a node did not start, as a sentence that says what to do. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** Translates what is known to go wrong at a start; gives anything else back as it is. */
export function toStartError(thrown: unknown): unknown {
  const error = thrown instanceof Refusal && thrown.cause instanceof DatabaseError ? thrown.cause : thrown;
  if (error instanceof SchemaError) return new StartError(error.message);
  if (error instanceof Refusal && isTlsFailure(error.cause)) {
    return new StartError(
      `PostgreSQL's certificate is not accepted: ${(error.cause as Error).message}. Give the node the authority's certificate in NODE_EXTRA_CA_CERTS, or correct the name in TPX_DATABASE_URL.`,
    );
  }
  if (error instanceof Refusal && error.code === 'unavailable') {
    return new StartError(
      'PostgreSQL does not answer at TPX_DATABASE_URL. Check the address and that it runs.',
    );
  }
  if (error instanceof DatabaseError && error.sqlState.startsWith('28')) {
    return new StartError(`PostgreSQL refused the login: ${error.message}. Check TPX_DATABASE_URL.`);
  }
  if (error instanceof DatabaseError && error.sqlState === '3D000') {
    return new StartError(`${error.message}. Create it, or name another one in TPX_DATABASE_URL.`);
  }
  if (error instanceof DatabaseError && isOutage(error.sqlState, error.message)) {
    return new StartError(`PostgreSQL cannot be used now: ${error.message}. Try again when it can.`);
  }
  switch ((error as { code?: string } | null)?.code) {
    case 'EADDRINUSE':
      return new StartError(
        'The port is taken by another program. Stop that one, or set TPX_PORT to a free port.',
      );
    case 'EACCES':
      return new StartError('Listening on this port is not allowed. Set TPX_PORT to one above 1023.');
    case 'EADDRNOTAVAIL':
      return new StartError(
        'TPX_HOST is not an address of this machine. Set it to one, or to 0.0.0.0 for all.',
      );
    default:
      return error;
  }
}
