/**
 * The access matrix: what each API role may do to each table, function and bucket.
 *
 * The tests beside it prove every cell both ways, and fail for anything that the database has and this
 * matrix has not, or the other way round. A new table, column, function or bucket needs one entry.
 * A role's access is written for somebody who calls the API directly, whatever the endpoints allow.
 */
import type { FunctionAccess, TableAccess } from "./access.ts";
import { accountsTables } from "./matrix/accounts.ts";
import { billingTables } from "./matrix/billing.ts";
import { functions as coreFunctions } from "./matrix/functions.ts";
import { platformTables } from "./matrix/platform.ts";
import { privacyFunctions, privacyTables } from "./matrix/privacy.ts";
import { subscriptionTables } from "./matrix/subscriptions.ts";

export { buckets } from "./matrix/buckets.ts";

/** By name and argument types. */
export const functions: Record<string, FunctionAccess> = {
  ...coreFunctions,
  ...privacyFunctions,
};

/** In an order in which their samples can refer to those of earlier tables. */
export const tables: Record<string, TableAccess> = {
  ...accountsTables,
  ...billingTables,
  ...subscriptionTables,
  ...platformTables,
  ...privacyTables,
};
