/** What an error of the database is to a caller. */
import { deepEqual } from "node:assert/strict";
import { databaseProblem } from "../../supabase/functions/_shared/database.ts";

const told = (code: string, message: string, status: number) => {
  const { code: problem, options } = databaseProblem({ code, message }, status);
  return [problem, options.retryAfterSeconds];
};

Deno.test("database: two that waited for each other, or met, are asked to come again and are no defect", () => {
  deepEqual(told("40P01", "deadlock detected", 500), ["database_unavailable", 1]);
  deepEqual(told("40001", "could not serialize access", 500), ["database_unavailable", 1]);
});

Deno.test("database: what SQL refuses by name has that name; anything unforeseen is internal", () => {
  deepEqual(told("PT409", "last_owner", 409), ["last_owner", undefined]);
  deepEqual(told("42501", "permission denied", 403), ["forbidden", undefined]);
  deepEqual(told("57P01", "terminating connection", 500), ["database_unavailable", 2]);
  deepEqual(told("23505", "duplicate key", 409), ["internal_error", undefined]);
});
