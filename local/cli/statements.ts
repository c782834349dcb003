/** SQL statements as somebody typed them: run as the owner or as a user, with values as Postgres writes them. */
import type postgres from "postgres";

/** What one statement gave. */
export interface Result {
  /** Empty where it gives no rows. */
  columns: string[];
  /** Values as Postgres writes them; null is null. */
  rows: (string | null)[][];
  /**
   * As psql says it: `INSERT 0 1`, `UPDATE 3`, `CREATE TABLE`. Of several statements, those without rows are told
   * with the one before them, the last of them alone.
   */
  command: string;
}

interface Answer {
  columns?: { name: string }[];
  command: string | null;
  count: number | null;
}

function resultOf(answer: Answer & (Uint8Array | null)[][]): Result {
  const decoder = new TextDecoder();
  const { command, count } = answer;
  const counted = command === "INSERT" ? ` 0 ${count}` : count === null ? "" : ` ${count}`;
  return {
    columns: (answer.columns ?? []).map(({ name }) => name),
    rows: [...answer].map((row) =>
      row.map((value) => value === null ? null : decoder.decode(value))
    ),
    command: `${command}${counted}`,
  };
}

/** The user with an address; undefined where there is none. */
export async function userByAddress(
  sql: postgres.Sql,
  address: string,
): Promise<string | undefined> {
  const [user] = await sql<{ id: string }[]>`
    select id from auth.users where email = ${address.toLowerCase()}`;
  return user?.id;
}

/**
 * Runs one or more statements. As a user they run in one transaction, under RLS and with the grants of
 * signed-in users, as PostgREST would run them.
 *
 * @throws {postgres.PostgresError} what Postgres says of the first that fails
 */
export async function runStatements(
  sql: postgres.Sql,
  statements: string,
  userId?: string,
): Promise<Result[]> {
  const run = async (on: postgres.Sql | postgres.TransactionSql) => {
    const answer = await on.unsafe(statements).simple().raw() as unknown;
    // Of several statements there are several answers; of one, its rows.
    const several = Array.isArray(answer) && answer.length > 0 &&
      answer.every((one) => Array.isArray(one) && "command" in one);
    const answers = (several ? answer : [answer]) as (Answer & (Uint8Array | null)[][])[];
    return answers.filter(({ command }) => command !== null && command !== undefined)
      .map(resultOf);
  };
  if (userId === undefined) return await run(sql);
  return await sql.begin(async (transaction) => {
    const claims = JSON.stringify({ role: "authenticated", sub: userId });
    await transaction`
      select set_config('request.jwt.claims', ${claims}, true),
        set_config('role', 'authenticated', true)`;
    return await run(transaction);
  }) as Result[];
}

/** An error as psql shows it. */
export function describeDatabaseError(error: postgres.PostgresError): string {
  return [
    `ERROR:  ${error.code}: ${error.message}`,
    ...(error.detail ? [`DETAIL:  ${error.detail}`] : []),
    ...(error.hint ? [`HINT:  ${error.hint}`] : []),
  ].join("\n");
}
