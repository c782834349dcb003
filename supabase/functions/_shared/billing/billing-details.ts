/** Whom a workspace's invoices are made out to. Stripe holds it; our row follows at once. */
import Stripe from "stripe";
import * as z from "zod";
import { type Db, rows } from "../database.ts";
import { Problem, problem } from "../problem.ts";
import { ensureCustomer } from "./customers.ts";
import { isMissing } from "./fetch.ts";
import { stripeProblem } from "./stripe.ts";
import { syncNow, type SyncTools } from "./sync.ts";
import { automaticTax } from "./tax.ts";
import { parseTaxId, type TaxIdType, taxIdTypes } from "./tax-id.ts";

/** One printable line. */
const line = (most: number) =>
  z.string().trim().min(1).max(most).regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, "Control characters");

/** What an invoice needs to name its customer. */
export const BillingDetailsGiven = z.strictObject({
  /** Default: the personal workspace. */
  workspace_id: z.guid().optional(),
  /** The company's full name, or a person's. */
  name: line(150),
  address: z.strictObject({
    line1: line(200),
    line2: line(200).nullable().default(null),
    postal_code: line(20),
    city: line(100),
    state: line(100).nullable().default(null),
    /** ISO 3166-1 alpha-2. */
    country: z.string().regex(/^[A-Z]{2}$/),
  }),
  /** Null for who has none, a person for instance: then VAT is charged as to a consumer. */
  tax_id: z.strictObject({ type: z.enum(taxIdTypes), value: line(40) }).nullable(),
});

/** The same as it is held; null where nothing was given yet. */
export const BillingDetails = z.object({
  workspace_id: z.guid(),
  name: z.string().nullable(),
  address: z.object({
    line1: z.string().nullable(),
    line2: z.string().nullable(),
    postal_code: z.string().nullable(),
    city: z.string().nullable(),
    state: z.string().nullable(),
    country: z.string().nullable(),
  }),
  tax_id: z.object({
    type: z.string(),
    value: z.string(),
    /** unverified: the register refused it, so that VAT is charged; unavailable: there is no register. */
    status: z.enum(["pending", "verified", "unverified", "unavailable"]),
  }).nullable(),
});

interface Whose {
  userId: string;
  workspaceId: string | null;
}

async function workspaceOf(admin: Db, { userId, workspaceId }: Whose): Promise<string> {
  return await rows(
    admin.rpc("billing_workspace_for", { user_id: userId, workspace_id: workspaceId as string }),
  );
}

async function held(admin: Db, workspaceId: string): Promise<z.infer<typeof BillingDetails>> {
  const row = await rows(
    admin.from("billing_details").select().eq("workspace_id", workspaceId).maybeSingle(),
  );
  return BillingDetails.parse({
    workspace_id: workspaceId,
    name: row?.name ?? null,
    address: {
      line1: row?.line1 ?? null,
      line2: row?.line2 ?? null,
      postal_code: row?.postal_code ?? null,
      city: row?.city ?? null,
      state: row?.state ?? null,
      country: row?.country ?? null,
    },
    tax_id: row?.tax_id == null
      ? null
      : { type: row.tax_id_type, value: row.tax_id, status: row.tax_id_status },
  });
}

/** @throws {Problem} `workspace_not_found`, `forbidden` */
export async function readBillingDetails(
  admin: Db,
  whose: Whose,
): Promise<z.infer<typeof BillingDetails>> {
  return await held(admin, await workspaceOf(admin, whose));
}

/** Leaves a customer with this tax id alone. The new one comes first: never is there a moment without. */
async function setTaxId(
  stripe: Stripe,
  customer: string,
  wanted: { type: TaxIdType; value: string } | null,
): Promise<void> {
  const known = await stripe.customers.listTaxIds(customer, { limit: 100 })
    .autoPagingToArray({ limit: 1000 });
  // One that was refused is given again to be asked about again, by a register that was down, say.
  const same = known.find(({ type, value, verification }) =>
    type === wanted?.type && value === wanted.value && verification?.status !== "unverified"
  );
  for (const { id } of known.filter(({ value }) => value === wanted?.value)) {
    if (id !== same?.id) await removeTaxId(stripe, customer, id);
  }
  if (wanted !== null && same === undefined) await stripe.customers.createTaxId(customer, wanted);
  for (const { id } of known.filter(({ value }) => value !== wanted?.value)) {
    await removeTaxId(stripe, customer, id);
  }
}

async function removeTaxId(stripe: Stripe, customer: string, id: string): Promise<void> {
  try {
    await stripe.customers.deleteTaxId(customer, id);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/**
 * Writes whom a workspace's invoices are made out to, from the next invoice on. Safe to repeat.
 *
 * @throws {Problem} `workspace_not_found`, `forbidden`, `invalid_body` naming the field,
 *   `payment_provider_unavailable`
 */
export async function writeBillingDetails(
  { admin, stripe }: SyncTools,
  userId: string,
  { workspace_id, name, address, tax_id }: z.infer<typeof BillingDetailsGiven>,
): Promise<z.infer<typeof BillingDetails>> {
  const wanted = tax_id === null ? null : { type: tax_id.type, value: parsed(tax_id) };
  const workspaceId = await workspaceOf(admin, { userId, workspaceId: workspace_id ?? null });
  try {
    const customer = await ensureCustomer({ admin, stripe }, workspaceId);
    await stripe.customers.update(customer, {
      name,
      address: { ...address, line2: address.line2 ?? "", state: address.state ?? "" },
      ...(automaticTax() && { tax: { validate_location: "immediately" as const } }),
    });
    await setTaxId(stripe, customer, wanted);
    await rows(admin.rpc("billing_tax_id_forget", { workspace_id: workspaceId }));
    await syncNow({ admin, stripe }, "customer", customer);
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw fieldProblem(error) ?? stripeProblem(error);
  }
  return await held(admin, workspaceId);
}

function parsed({ type, value }: { type: TaxIdType; value: string }): string {
  const known = parseTaxId(type, value);
  if (known === undefined) throw wrongTaxId();
  return known;
}

function wrongTaxId(): Problem {
  return problem("invalid_body", {
    errors: [{ pointer: "/tax_id/value", detail: "This is no tax id of its type and country." }],
  });
}

/** What Stripe refuses although it looked right to us. */
function fieldProblem(error: unknown): Problem | undefined {
  if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) return undefined;
  if (error.code === "tax_id_invalid") return wrongTaxId();
  if (error.code === "customer_tax_location_invalid") {
    return problem("invalid_body", {
      errors: [{ pointer: "/address", detail: "No tax can be computed for this address." }],
    });
  }
  return undefined;
}
