import { afterAll, beforeAll, expect, test } from 'bun:test';
import { AUDIT_GENESIS_HASH, type AuditEntryObject, auditHashInput } from '@tpx/protocol';
import { startServer, type TestServer, until } from '@tpx/testkit';
import { SQL } from 'bun';
import { OwnPostgres } from './own-postgres.fixture.ts';
import { TerminalPerson } from './terminal-person.fixture.ts';

let postgres: OwnPostgres;
let server: TestServer;
let sql: SQL;
let alice: TerminalPerson;
let bob: TerminalPerson;
let groupId: string;
beforeAll(async () => {
  postgres = await OwnPostgres.start();
  server = await startServer({ databaseUrl: postgres.url });
  sql = new SQL(postgres.url, { max: 1, database: 'tpx' });
  alice = await new TerminalPerson(server, 'alice').register();
  bob = await new TerminalPerson(server, 'bob').register();
  await alice.do('/group create Hall');
  await alice.do(`/add ${bob.username}`);
  await until(() => bob.client.conversations[0]?.joined, { what: 'the group at bob' });
  await bob.do('/open Hall');
  groupId = alice.current?.id ?? '';
  for (let n = 0; n < 3; n++) {
    await alice.do(`/admin promote ${bob.username}`);
    await alice.do(`/admin demote ${bob.username}`);
  }
  await alice.do(`/admin promote ${bob.username}`);
  await until(() => bob.current?.about.kind === 'group' && bob.current.about.role === 'admin', {
    what: 'bob to know that he is an admin',
  });
}, 90_000);
afterAll(async () => {
  await Promise.all([alice, bob].map((person) => person?.[Symbol.asyncDispose]()));
  await sql?.close();
  await server?.[Symbol.asyncDispose]();
  await postgres?.[Symbol.asyncDispose]();
}, 60_000);

/** Does to the log what somebody with the database could do, and puts it back afterwards. */
async function tampered(alter: () => Promise<unknown>, look: () => Promise<void>): Promise<void> {
  const kept = await sql`SELECT * FROM audit_entries WHERE group_id = ${groupId} ORDER BY number`;
  await alter();
  await look();
  await sql`DELETE FROM audit_entries WHERE group_id = ${groupId}`;
  for (const row of kept) await sql`INSERT INTO audit_entries ${sql(row)}`;
}

const cutTo = (count: number) =>
  sql`DELETE FROM audit_entries WHERE group_id = ${groupId} AND number > ${count}`;

/** Gives entry `number` another actor, and computes every hash from there on, as a server would that lies. */
async function rewriteFrom(number: number): Promise<void> {
  const rows: (Omit<AuditEntryObject, 'at'> & { number: string; at: Date })[] =
    await sql`SELECT * FROM audit_entries WHERE group_id = ${groupId} ORDER BY number`;
  let previous = AUDIT_GENESIS_HASH;
  for (const row of rows) {
    const isChanged = Number(row.number) === number;
    const entry = {
      ...row,
      at: row.at.toISOString(),
      actor_id: isChanged ? crypto.randomUUID() : row.actor_id,
      prev_hash: previous,
    };
    previous = new Bun.CryptoHasher('sha256').update(auditHashInput(entry)).digest('hex');
    await sql`UPDATE audit_entries SET actor_id = ${entry.actor_id}, prev_hash = ${entry.prev_hash}, hash = ${previous}
      WHERE group_id = ${groupId} AND number = ${row.number}`;
  }
}

test('AUDIT-6 a cut end and a chain that was computed anew are seen by who has looked before', async () => {
  expect(await alice.shown('/audit')).toContain('nothing to compare with yet');
  const whole = await alice.shown('/audit');
  expect(whole).toContain('7 entries, the chain is whole.');
  expect(whole).toMatch(/Proven: entries 1 to 7 are those that you saw on 20\d\d-/);
  expect(whole).toContain('Not proven:');

  await tampered(
    () => cutTo(5),
    async () => {
      expect(await alice.shown('/audit')).toMatch(
        /The end was cut: you saw 7 entries on .*, now there are 5\./,
      );
      // It is said again and again, until somebody accepts it.
      expect(await alice.shown('/audit')).toContain('The end was cut');
      expect(await alice.refused('/audit share')).toContain('not the one seen before');
    },
  );
  expect(await alice.shown('/audit')).not.toContain('cut');

  await tampered(
    () => rewriteFrom(3),
    async () => {
      const shown = await alice.shown('/audit');
      expect(shown).toContain('the chain is whole');
      expect(shown).toMatch(/Entries were rewritten: 1 to 7 are not those that you saw on/);
    },
  );
  expect(await alice.shown('/audit')).not.toContain('rewritten');
});

test('AUDIT-6 what an owner shared is compared with by an admin who has never looked', async () => {
  await alice.do('/audit share');
  await until(() => bob.current?.messages.some(({ type, content }) => type === 'text' && content !== null), {
    what: 'the shared end at bob',
  });
  await tampered(
    () => cutTo(6),
    async () => {
      const shown = await bob.shown('/audit');
      expect(shown).toMatch(
        new RegExp(`The end was cut: ${alice.username} shared 7 entries on .*, now there are 6`),
      );
    },
  );
  const shown = await bob.shown('/audit');
  expect(shown).toContain(`Proven: entries 1 to 7 are those that ${alice.username} shared on`);
});

test('AUDIT-6 what a member without the right to read the log says is no evidence', async () => {
  const carol = await new TerminalPerson(server, 'carol').register();
  await alice.do(`/add ${carol.username}`);
  await until(() => carol.client.conversations[0]?.joined, { what: 'the group at carol' });
  await carol.do('/open Hall');
  const lie = `Audit log of this group: 900 entries, last hash ${'0'.repeat(64)}`;
  await carol.do(lie);
  await alice.holds(lie);
  expect(await alice.shown('/audit')).not.toContain('900');
  await carol[Symbol.asyncDispose]();
});

test('AUDIT-6 after a restored backup the log is taken as it is, once somebody says so', async () => {
  await cutTo(4);
  expect(await alice.shown('/audit')).toContain('A restored backup takes entries back');
  alice.answers.confirm = false;
  expect(await alice.refused('/audit accept')).toBe('Nothing was done.');
  alice.answers.confirm = true;
  expect(await alice.shown('/audit accept')).toContain('From now on the 4 entries');
  const shown = await alice.shown('/audit');
  expect(shown).toContain('Proven: entries 1 to 4');
  expect(shown).not.toContain('7 entries');
});
