import { expect, test } from 'bun:test';
import { unprotectedServices } from './unprotected.ts';

const warnings = (databaseUrl: string | null, natsUrl: string | null = null) =>
  unprotectedServices({ databaseUrl, natsUrl }).map((sentence) => sentence.split(' ')[1]);

test('CLU-43 PostgreSQL and NATS on this machine, or over TLS, need no warning', () => {
  for (const url of [
    'postgres://tpx@localhost/tpx',
    'postgres://tpx@127.0.0.1:5433/tpx',
    'postgres://tpx@[::1]/tpx',
    'postgres://tpx@[::ffff:127.0.0.1]/tpx',
    'postgres:///tpx?host=/var/run/postgresql',
    'postgres://%2Fvar%2Frun%2Fpostgresql/tpx',
    'postgres://tpx:secret@db.example.org/tpx?sslmode=verify-full',
    'postgres://tpx:secret@db.example.org/tpx?sslmode=require',
  ])
    expect([url, warnings(url)]).toEqual([url, []]);
  for (const url of ['nats://127.0.0.1:4222', 'nats://localhost', 'tls://tpx:secret@nats.example.org'])
    expect([url, warnings(null, url)]).toEqual([url, []]);
  expect(warnings(null)).toEqual([]);
});

test('CLU-43 a service that is reached over the network without TLS is warned of, and NATS without a login too', () => {
  for (const url of [
    'postgres://tpx@db.example.org/tpx',
    'postgres://tpx@10.0.0.5/tpx?sslmode=prefer',
    'postgres://tpx@localhost.example.org/tpx',
    'postgres://tpx@127.0.0.1.example.org/tpx',
    'postgres://tpx@localhost/tpx?host=db.example.org',
  ])
    expect([url, warnings(url)]).toEqual([url, ['PostgreSQL']]);
  expect(warnings(null, 'nats://tpx:secret@10.0.0.5:4222')).toEqual(['NATS']);
  expect(warnings(null, 'tls://10.0.0.5:4222')).toEqual(['NATS']);
  expect(warnings(null, 'nats://127.0.0.1,nats://10.0.0.6')).toEqual(['NATS', 'NATS']);
});
