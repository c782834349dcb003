/**
 * Somebody else's ids in every body, query and path, generated from the declarations: each is refused as
 * one that names nothing is, and nothing of the other's changes. A new field that names something fails
 * here until it is said whose it is.
 */
import assert from "node:assert/strict";
import { connect } from "../support/connect.ts";
import { onSale } from "../support/products.ts";
import { buy } from "../support/purchases.ts";
import { quoted } from "../support/quotes.ts";
import { checkout } from "../support/shopping.ts";
import { call, stack } from "../support/stack.ts";
import { freshAddress, signUp, type TestUser } from "../support/users.ts";
// #region shop
import { waitFor } from "../support/wait.ts";
// #endregion shop
import { givePlan, takePlan } from "../workspaces/team.ts";
import { rightBody } from "./suite/body.ts";
import { each } from "./suite/case.ts";
import { type IdField, idFields, nobodys, withValue } from "./suite/foreign-ids.ts";
import { type Draft, send } from "./suite/send.ts";
import { productTargets, type Target } from "./suite/target.ts";

const sql = connect();
Deno.test.afterAll(() => sql.end());

const targets = (await productTargets()).filter(({ declaration }) =>
  ["user", "visitor", "staff"].includes(declaration.auth)
);

/** A value of the victim's, and one of the same form that names nothing. */
interface Foreign {
  theirs: string;
  nobodys: string;
}

let victim: TestUser;
let attacker: TestUser;
// #region shop
let variantId: string;
// #endregion shop
/** By the field's name, or its endpoint and name where one name means several things. */
let foreign: Record<string, Foreign>;

Deno.test.beforeAll(async () => {
  [victim, attacker] = await Promise.all([
    signUp({ name: "Victim" }),
    signUp({ name: "Attacker" }),
  ]);
  // #region shop
  ({ variantId } = await onSale(sql, { stock: 1000 }));
  // #endregion shop
  await buy(victim);
  const workspace = victim.workspaceId;
  // #region shop
  const placed = await checkout(victim, { items: [{ variant_id: variantId, quantity: 1 }] });
  assert.equal(placed.status, 200, JSON.stringify(placed.body));
  const order = placed.body.order_id as string;
  // #endregion shop
  const { quote } = await quoted(victim, {
    workspace_id: workspace,
    price_id: "price_monthly_pro",
  });
  const invited = await signUp({ name: "Invited" });
  await givePlan(sql, workspace, 10);
  const sent = await call("POST", "workspace-invite", {
    token: victim.token,
    body: { workspace_id: workspace, email: invited.email },
  });
  assert.equal(sent.status, 201, JSON.stringify(sent.body));
  // Stripe has no such subscription: a late event of the bought one would take this one away in between.
  await takePlan(sql, workspace);

  const one = async (table: string, column = "id", where = "workspace_id", value = workspace) => {
    const [row] = await sql`
      select ${sql(column)}::text as id from ${sql(`public.${table}`)} where ${
      sql(where)
    } = ${value} limit 1`;
    assert.ok(row, `the victim has a row in ${table}`);
    return row["id"] as string;
  };
  const { data: another } = await victim.client.rpc("workspace_create", { name: "Another" });
  const buying = await call("POST", "subscription-checkout", {
    token: victim.token,
    body: {
      workspace_id: another!.id,
      price_id: "price_monthly_basic",
      success_url: `${stack.siteUrl}/done`,
      cancel_url: `${stack.siteUrl}/back`,
    },
  });
  assert.equal(buying.status, 200, JSON.stringify(buying.body));
  const ofSession = (theirs: string): Foreign => ({
    theirs,
    nobodys: `${theirs.slice(0, -6)}000000`,
  });
  const id = (theirs: string): Foreign => ({ theirs, nobodys: crypto.randomUUID() });
  foreign = {
    workspace_id: id(workspace),
    subscription_id: id(await one("subscriptions")),
    invoice_id: id(await one("invoices")),
    payment_id: id(await one("payments")),
    invitation_id: id(await one("workspace_invitations")),
    // #region shop
    order_id: id(order),
    order_item_id: id(await one("order_items", "id", "order_id", order)),
    // #endregion shop
    session_id: ofSession(buying.body.session_id),
    quote: { theirs: quote, nobodys: "none" },
    avatar_url: {
      theirs: `/storage/v1/object/public/avatars/${victim.id}/avatar.png`,
      nobodys: `/storage/v1/object/public/avatars/${crypto.randomUUID()}/avatar.png`,
    },
    // Staff's alone, of whom no user of an endpoint learns anything: whatever id comes.
    // #region shop
    return_id: id(order),
    // #endregion shop
    endpoint_id: id(workspace),
    // #region shop
    export_id: id(workspace),
    import_id: id(workspace),
    id: id(order),
    // #endregion shop
    "webhook-events GET query.id": { theirs: "1", nobodys: "999999999999999" },
    ids: { theirs: "1", nobodys: "999999999999999" },
    event_id: { theirs: "evt_1", nobodys: "evt_none" },
    // #region shop
    number: { theirs: await one("orders", "number", "id", order), nobodys: "0000000000" },
    // #endregion shop
    // #region shop
    path: {
      theirs: `${victim.id}/catalogue.csv`,
      nobodys: `${crypto.randomUUID()}/catalogue.csv`,
    },
    // #endregion shop
  };
  // #region shop
  const session = await waitFor(
    "the order's session",
    async () =>
      (await sql`select stripe_session_id as id from public.orders where id = ${order}`)[0]?.["id"],
  );
  foreign["session_id"] = ofSession(session);
  // #endregion shop
});

/** Everything of the victim's, as text. */
async function belongings(): Promise<string> {
  const [{ statement }] = await sql<[{ statement: string }]>`
    select string_agg(
      format('select %L as name, to_jsonb(one) - ''updated_at'' as row from public.%I as one where %I = %s',
        name, name, owning, case owning when 'user_id' then '$1' else '$2' end),
      ' union all ') as statement
    from (
      select relation.relname as name, min(attribute.attname) as owning
      from pg_catalog.pg_class as relation
      join pg_catalog.pg_attribute as attribute on attribute.attrelid = relation.oid
      where relation.relnamespace = 'public'::regnamespace and relation.relkind = 'r'
        and attribute.attname in ('workspace_id', 'user_id') and not attribute.attisdropped
      group by 1
    ) as owned`;
  const rows = await sql.unsafe(`${statement} order by 1, 2`, [victim.id, victim.workspaceId]);
  assert.ok(rows.length > 10);
  return JSON.stringify(rows);
}

/** Values with which a body is right but for the field that a test fills. */
const right = (): Record<string, unknown> => ({
  workspace_id: attacker.workspaceId,
  price_id: "price_monthly_basic",
  // #region shop
  price_list: "eur",
  variant_id: variantId,
  // #endregion shop
  quantity: 1,
  success_url: `${stack.siteUrl}/done`,
  cancel_url: `${stack.siteUrl}/back`,
  tax_id: null,
  return_url: `${stack.siteUrl}/back`,
  email: freshAddress("guest"),
  // #region shop
  items: [{ variant_id: variantId, quantity: 1 }],
  // #endregion shop
});

/** A part with what it requires, and one value in it. */
function filled(
  { declaration, label }: Target,
  field: IdField,
  value: string,
): Record<string, unknown> {
  const schema = declaration[field.part]!;
  const [first] = field.path;
  let whole = rightBody(schema);
  for (let tries = 0; !(first! in whole) && tries < 100; tries++) whole = rightBody(schema);
  const known = right();
  const base: Record<string, unknown> = {};
  for (const [name, one] of Object.entries(whole)) {
    const { [name]: _left, ...others } = whole;
    const optional = schema.safeParse(others).success;
    if (name === first) base[name] = one;
    else if (!optional) base[name] = name in known ? known[name] : one;
  }
  const typed = field.name === "ids" ? Number(value) : value;
  // Of what names the same thing in two ways, such as an invitation, one alone is given.
  const names = Object.keys(base).filter((name) => name !== first);
  for (const left of [undefined, ...names]) {
    const { [left!]: _left, ...others } = base;
    const part = withValue(others, field.path, typed) as Record<string, unknown>;
    if (schema.safeParse(part).success) return part;
  }
  throw new Error(`cannot fill ${field.part}.${field.path.join(".")} of ${label}`);
}

const named = (target: Target, { part, path }: IdField) =>
  `${target.label} ${part}.${path.join(".")}`;

/** What was answered, without what differs between any two requests. */
function told(body: unknown, value: string): string {
  return JSON.stringify(body ?? null).replaceAll(value, "<id>")
    .replaceAll(/"request_id":"[^"]*"/g, '"request_id":""');
}

Deno.test("cross-tenant: of every field that names something it is said whose that is", () => {
  const unsaid = targets.flatMap((target) =>
    idFields(target)
      .filter((field) =>
        ![field.name, named(target, field)].some((one) => one in foreign || one in nobodys)
      )
      .map((field) => named(target, field))
  );
  assert.deepEqual(unsaid, []);
  // And the reverse: a name that no endpoint takes any more.
  const taken = new Set(
    targets.flatMap((target) =>
      idFields(target).flatMap((field) => [field.name, named(target, field)])
    ),
  );
  assert.deepEqual(Object.keys({ ...foreign, ...nobodys }).filter((name) => !taken.has(name)), []);
});

/** What is refused for what it is, before anybody looks for what it names. */
const invalid = new Set(["avatar_url", "quote"]);

for (const target of targets) {
  const fields = idFields(target).filter(({ name }) => !(name in nobodys));
  if (fields.length === 0) continue;
  Deno.test(`${target.label}: another's id is answered as one that names nothing, and changes nothing`, async () => {
    const headers = { authorization: `Bearer ${attacker.token}` };
    const before = await belongings();
    await each(fields, async (field) => {
      const { theirs, nobodys: missing } = foreign[named(target, field)] ?? foreign[field.name]!;
      assert.notEqual(theirs, missing, field.name);
      const ask = async (value: string) => {
        const part = filled(target, field, value);
        const drafts: Record<IdField["part"], () => Draft> = {
          body: () => ({ json: part }),
          query: () => ({ query: `${new URLSearchParams(part as Record<string, string>)}` }),
          params: () => ({ params: part as Record<string, string> }),
        };
        return await send(target, { ...drafts[field.part](), headers });
      };
      const [real, none] = [await ask(theirs), await ask(missing)];
      const about = `${named(target, field)}: ${real.status} ${JSON.stringify(real.body)}`;
      const expected = invalid.has(field.name) ? [422] : [403, 404];
      assert.ok([403, ...expected].includes(real.status), about);
      assert.equal(real.status, none.status, about);
      // A quote is signed: one that is not its caller's is another matter than one that is none.
      if (field.name !== "quote") {
        assert.equal(told(real.body, theirs), told(none.body, missing), about);
      }
      for (const secret of [victim.id, victim.email, victim.workspaceId]) {
        if (secret !== theirs) assert.ok(!JSON.stringify(real.body).includes(secret), about);
      }
    });
    assert.equal(await belongings(), before);
  });
}
