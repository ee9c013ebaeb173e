import type { Database } from '@tpx/server/db/database.ts';

const TABLE = 'bench_raw_commits';

/** What Postgres itself can do: one connection, one small row a durable commit, nothing else. */
export class RawCommits {
  readonly #database: Database;
  readonly #text: string;

  private constructor(database: Database, text: string) {
    this.#database = database;
    this.#text = text;
  }

  static async prepare(database: Database, textLength: number): Promise<RawCommits> {
    await database.query(`DROP TABLE IF EXISTS ${TABLE}`);
    await database.query(`CREATE TABLE ${TABLE} (id uuid PRIMARY KEY, text text NOT NULL)`);
    return new RawCommits(database, 'x'.repeat(textLength));
  }

  /** Commits a second over this many seconds. */
  async measure(seconds: number): Promise<number> {
    const startedAt = performance.now();
    let commits = 0;
    while (performance.now() - startedAt < seconds * 1000) {
      await this.#database.query(`INSERT INTO ${TABLE} (id, text) VALUES ($1, $2)`, [
        Bun.randomUUIDv7(),
        this.#text,
      ]);
      commits++;
    }
    return commits / ((performance.now() - startedAt) / 1000);
  }

  async drop(): Promise<void> {
    await this.#database.query(`DROP TABLE ${TABLE}`);
  }
}
