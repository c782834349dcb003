/** A stack's database as the owner of the schema sees it, for what no API shows. */
import postgres from "postgres";
import { stack, type StackAddress } from "./stack.ts";

/** A connection; end it with the test file. */
export function connect(on: StackAddress = stack): postgres.Sql {
  return postgres(on.databaseUrl, { max: 2, onnotice: () => {} });
}
