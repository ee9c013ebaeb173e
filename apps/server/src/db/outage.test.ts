import { expect, test } from 'bun:test';
import { isOutage, isTlsFailure, whyUnwritable } from './outage.ts';

const wraparound =
  'database is not accepting commands that assign new transaction IDs to avoid wraparound data loss in database "tpx"';

test('LOG-13 every SQLSTATE that says "not now" is an outage, and every one that says "wrong" is none', () => {
  const outages =
    '08000 08003 08006 08001 08004 08007 08P01 25006 25P03 25P04 28000 28P01 3D000 40000 40001 40002 40003 40P01 53000 ' +
    '53100 53200 53300 53400 55P03 57000 57014 57P01 57P02 57P03 57P04 57P05 58000 58030 58P01 58P02 F0001';
  const wrong =
    '0A000 21000 22001 22003 22021 22P02 22P05 23502 23503 23505 23514 25P02 26000 34000 3F000 42501 42601 42P01 ' +
    '42703 54000 54001 55000 P0001 XX000 XX001';
  expect(outages.split(' ').filter((state) => !isOutage(state))).toEqual([]);
  expect(wrong.split(' ').filter((state) => isOutage(state))).toEqual([]);
  expect(isOutage('54000', wraparound)).toBe(true);
});

test('LOG-13 what keeps Postgres from storing anything is distinguished from what one statement met', () => {
  const unwritable = ['25006', '53100', '58000', '58030'];
  expect(unwritable.filter((state) => whyUnwritable(state) === undefined)).toEqual([]);
  expect(whyUnwritable('54000', wraparound)).toContain('transaction ids');
  for (const state of ['08006', '40P01', '53200', '53300', '53400', '55P03', '57014', '57P03'])
    expect(whyUnwritable(state)).toBeUndefined();
});

test('LOG-13 a certificate that is not accepted is an outage, whatever it lacks; other errors are none of it', () => {
  const failed = (code: string) => isTlsFailure(Object.assign(new Error('no'), { code }));
  const codes = ['DEPTH_ZERO_SELF_SIGNED_CERT', 'CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID'];
  expect(codes.filter((code) => !failed(code))).toEqual([]);
  expect(['not_found', 'ENOENT', 'ERR_POSTGRES_SYNTAX_ERROR'].filter(failed)).toEqual([]);
});
