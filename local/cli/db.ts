/**
 * `task db ["select …"] [--as <address>] [--json] [--remote]`: SQL on the running stack's database, as the owner
 * of the schema, or under RLS as a user. Without a statement it reads them: typed, each up to its semicolon, or
 * from a pipe. Says where the database is, and goes to one that is not on this machine only with `--remote`.
 */
import { createInterface } from "node:readline/promises";
import { text } from "node:stream/consumers";
import process from "node:process";
import postgres from "postgres";
import { isLoopback, placeOf } from "../loopback.ts";
import { runningVariables } from "./running.ts";
import { describeDatabaseError, type Result, runStatements, userByAddress } from "./statements.ts";
import { table } from "./table.ts";
import { fail, readArguments } from "./arguments.ts";

const usage = `Usage: task db ["select …"] [--as <address of a user>] [--json] [--remote]`;

const { values, positionals: [statement, ...more] } = readArguments(usage, {
  allowPositionals: true,
  options: {
    as: { type: "string" },
    json: { type: "boolean", default: false },
    remote: { type: "boolean", default: false },
  },
});
if (more.length > 0) fail(`${usage}\nThe statement is one argument: put it between quotes.`);
const databaseUrl = (await runningVariables())["SUPABASE_DB_URL"]!;
const place = placeOf(databaseUrl);
if (!isLoopback(databaseUrl) && !values.remote) {
  fail(`The database is not on this machine: ${place}. Say --remote if that is the one you mean.`);
}
console.error(`Database: ${place}`);
const sql = postgres(databaseUrl, {
  max: 1,
  connection: { application_name: "task db" },
  onnotice: ({ severity, message }) => console.error(`${severity}:  ${message}`),
});

function show({ columns, rows, command }: Result): void {
  if (values.json) {
    const objects = rows.map((row) =>
      Object.fromEntries(columns.map((name, index) => [name, row[index]]))
    );
    console.log(JSON.stringify(objects, null, 2));
  } else {
    if (columns.length > 0) console.log(table(columns, rows));
    if (columns.length === 0 || !/^(SELECT|SHOW|EXPLAIN|FETCH)/.test(command)) console.log(command);
  }
}

/** Runs and shows; whether it went well. */
async function run(statements: string, userId: string | undefined): Promise<boolean> {
  try {
    (await runStatements(sql, statements, userId)).forEach(show);
    return true;
  } catch (error) {
    if (!(error instanceof postgres.PostgresError)) throw error;
    console.error(describeDatabaseError(error));
    return false;
  }
}

async function converse(userId: string | undefined): Promise<void> {
  const who = values.as === undefined ? "the owner of the schema" : `${values.as}, under RLS`;
  console.log(`Statements end with a semicolon, \\q or Ctrl-D ends. You are ${who}.`);
  const input = createInterface({ input: process.stdin, output: process.stdout });
  let typed = "";
  input.setPrompt(`${place}=> `);
  input.prompt();
  for await (const line of input) {
    if (line.trim() === "\\q") break;
    typed += `${line}\n`;
    if (/;\s*$/.test(line)) {
      await run(typed, userId);
      typed = "";
    }
    input.setPrompt(`${place}${typed.trim() === "" ? "=>" : "->"} `);
    input.prompt();
  }
  input.close();
}

let well = true;
try {
  const userId = values.as === undefined ? undefined : await userByAddress(sql, values.as);
  if (values.as !== undefined && userId === undefined) {
    console.error(`No user has the address ${values.as}.`);
    well = false;
  } else if (statement !== undefined) well = await run(statement, userId);
  else if (Deno.stdin.isTerminal()) await converse(userId);
  else well = await run(await text(process.stdin), userId);
} finally {
  await sql.end();
}
Deno.exit(well ? 0 : 1);
