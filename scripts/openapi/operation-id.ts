/**
 * What each method is called: `operationId` in the API reference, and the method's name in the typed client.
 * A function with one method gives its own name (`subscription-cancel` is `subscriptionCancel`); one with
 * several adds what the method does. Names are stable: a clone's callers use them.
 */
import type { Method } from "../../supabase/functions/_shared/declaration.ts";
import type { Declared } from "../declarations.ts";

/** What a method of a function with several does, unless `named` says better. */
const verbs: Record<Method, string> = {
  GET: "Get",
  POST: "Create",
  PUT: "Replace",
  PATCH: "Update",
  DELETE: "Delete",
};

/** Where the verb would not say what happens. */
const named: Record<string, string> = {
  "POST account-delete": "accountDeleteRequest",
  "DELETE account-delete": "accountDeleteCancel",
  "POST account-export": "accountExportRequest",
  "PUT feature-override": "featureOverrideSet",
  "DELETE feature-override": "featureOverrideLift",
  "GET jobs": "jobsList",
  "POST jobs": "jobsDecide",
  "GET mail-suppressions": "mailSuppressionsList",
  "POST mail-suppressions": "mailSuppressionsLift",
  "POST mail-unsubscribe": "mailUnsubscribe",
  "GET mail-unsubscribe": "mailUnsubscribePage",
  "GET webhook-deliveries": "webhookDeliveriesList",
  "POST webhook-deliveries": "webhookDeliveriesSend",
  "GET webhook-events": "webhookEventsList",
  "POST webhook-events": "webhookEventsReplay",
  // #region shop
  "POST cart": "cartAdd",
  "PATCH cart": "cartSet",
  "DELETE cart": "cartRemove",
  "POST catalogue-export": "catalogueExportStart",
  "POST catalogue-import": "catalogueImportStart",
  "DELETE catalogue-import": "catalogueImportCancel",
  "POST order-return": "orderReturnRequest",
  "PATCH order-return": "orderReturnDecide",
  "GET orders": "ordersList",
  "POST orders": "ordersDecide",
  "GET products": "productsList",
  "GET products/{product}": "productsGet",
  // #endregion shop
};

function camelCase(name: string): string {
  return name.replaceAll(/\W+(\w?)/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * The name of every method, as a function of it.
 *
 * @throws naming the methods that would have the same name
 */
export function operationIds(declared: Declared[]): (one: Declared) => string {
  const key = ({ address, declaration }: Declared) => `${declaration.method} ${address}`;
  const ofFunction = Map.groupBy(declared, ({ name }) => name);
  const ids = new Map(declared.map((one) => {
    const only = ofFunction.get(one.name)!.length === 1;
    const verb = only ? "" : verbs[one.declaration.method];
    return [key(one), named[key(one)] ?? camelCase(one.address) + verb];
  }));
  for (const [id, keys] of Map.groupBy(ids.keys(), (one) => ids.get(one)!)) {
    if (keys.length > 1) {
      throw new Error(`${keys.join(" and ")} are both called ${id}: name one in operation-id.ts`);
    }
  }
  return (one) => ids.get(key(one))!;
}

/** What is named and declared nowhere. */
export function namedInVain(declared: Declared[]): string[] {
  const known = new Set(declared.map(({ address, declaration }) => (
    `${declaration.method} ${address}`
  )));
  return Object.keys(named).filter((one) => !known.has(one));
}
