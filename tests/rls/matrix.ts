/**
 * The access matrix: what each API role may do to each table, function and bucket.
 *
 * The tests beside it prove every cell both ways, and fail for anything that the database has and this
 * matrix has not, or the other way round. A new table, column, function or bucket needs one entry.
 * A role's access is written for somebody who calls the API directly, whatever the endpoints allow.
 */
import { everyRow, type FunctionAccess, orStaff, type TableAccess } from "./access.ts";
import { accountsTables } from "./matrix/accounts.ts";
import { apiKeyFunctions, apiKeyTables } from "./matrix/api-keys.ts";
import { cardTestingFunctions, cardTestingTables } from "./matrix/card-testing.ts";
import { billingTables } from "./matrix/billing.ts";
import { entitlementsFunctions, entitlementsTables } from "./matrix/entitlements.ts";
import { functions as coreFunctions } from "./matrix/functions.ts";
import { ownFunctions, ownTables } from "./matrix/own.ts";
import { operationsFunctions, operationsTables } from "./matrix/operations.ts";
import { dunningTables } from "./matrix/dunning.ts";
import { platformTables } from "./matrix/platform.ts";
import { secondFactorFunctions, secondFactorTables } from "./matrix/second-factor.ts";
import { privacyFunctions, privacyTables } from "./matrix/privacy.ts";
import { shopImportFunctions, shopImportTables } from "./matrix/shop-import.ts";
import { shopFunctions, shopTables } from "./matrix/shop.ts";
import { shopCatalogueFunctions, shopCatalogueTables } from "./matrix/shop-catalogue.ts";
import { shopCartFunctions } from "./matrix/shop-cart.ts";
import { shopOrderFunctions, shopOrderTables } from "./matrix/shop-orders.ts";
import { shopCheckoutFunctions } from "./matrix/shop-checkout.ts";
import {
  shopReconciliationFunctions,
  shopReconciliationTables,
} from "./matrix/shop-reconciliation.ts";
import { restoreFunctions, restoreTables } from "./matrix/restores.ts";
import { reviewFunctions, reviewTables } from "./matrix/shop-reviews.ts";
import { subscriptionTables } from "./matrix/subscriptions.ts";
import { webhooksOutFunctions, webhooksOutTables } from "./matrix/webhooks-out.ts";
import { workspacesFunctions, workspacesTables } from "./matrix/workspaces.ts";

export { buckets } from "./matrix/buckets.ts";
export { schemas, sequences, types } from "./matrix/schemas.ts";

/** By name and argument types. */
export const functions: Record<string, FunctionAccess> = {
  ...coreFunctions,
  ...secondFactorFunctions,
  ...cardTestingFunctions,
  ...entitlementsFunctions,
  ...apiKeyFunctions,
  ...operationsFunctions,
  ...privacyFunctions,
  ...workspacesFunctions,
  ...shopFunctions,
  ...shopCatalogueFunctions,
  ...shopCartFunctions,
  ...shopOrderFunctions,
  ...shopCheckoutFunctions,
  ...shopImportFunctions,
  ...restoreFunctions,
  ...reviewFunctions,
  ...shopReconciliationFunctions,
  ...webhooksOutFunctions,
  ...ownFunctions,
};

/** Staff read each row that only signed-in users read, and write none of it: said here once for all. */
function readByStaff(access: TableAccess): TableAccess {
  const { anon, authenticated, staffReadBy } = access;
  if (staffReadBy !== undefined) return access;
  const { select } = authenticated;
  if (anon.select !== undefined || select === undefined || select === everyRow) return access;
  if (select.includes("private.staff")) return access;
  return { ...access, authenticated: { ...authenticated, select: orStaff(select) } };
}

/** In an order in which their samples can refer to those of earlier tables. */
const written: Record<string, TableAccess> = {
  ...accountsTables,
  ...apiKeyTables,
  ...billingTables,
  ...entitlementsTables,
  ...subscriptionTables,
  ...dunningTables,
  ...platformTables,
  ...secondFactorTables,
  ...cardTestingTables,
  ...operationsTables,
  ...privacyTables,
  ...workspacesTables,
  ...shopTables,
  ...shopCatalogueTables,
  ...shopOrderTables,
  ...shopImportTables,
  ...restoreTables,
  ...reviewTables,
  ...shopReconciliationTables,
  ...webhooksOutTables,
  ...ownTables,
};

export const tables: Record<string, TableAccess> = Object.fromEntries(
  Object.entries(written).map(([name, access]) => [name, readByStaff(access)]),
);
