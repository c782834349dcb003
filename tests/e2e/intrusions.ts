/**
 * What somebody tries who wants at another user's things: every table, every function of the database,
 * the bucket and every endpoint that takes an id. Each way must fail by itself; whether all of them
 * together left a trace, who calls compares afterwards.
 */
import { ok, strictEqual } from "node:assert/strict";
import { functions, tables } from "../rls/matrix.ts";
import { argumentNames } from "./rpc-arguments.ts";
import type { Person } from "./person.ts";

/** The ways in, by where they lead; each tells how many were tried. */
export function intrusions(
  variables: Record<string, string>,
  intruder: Person,
  victim: Person,
): Record<string, () => Promise<number>> {
  return {
    tables: () => byTables(intruder, victim),
    "database functions": () => byFunctions(intruder, victim),
    "the bucket": () => byBucket(intruder, victim),
    endpoints: () => byEndpoints(variables, intruder, victim),
  };
}

/** Whether something that came back tells of the victim. */
function tellsOf(victim: Person, answer: unknown): boolean {
  const text = JSON.stringify(answer ?? null);
  return [victim.id, victim.workspaceId, victim.email].some((secret) => text.includes(secret));
}

const publicTables = Object.keys(tables).filter((name) => name.startsWith("public."));

async function byTables(intruder: Person, victim: Person): Promise<number> {
  let tried = 0;
  for (const name of publicTables.map((name) => name.replace("public.", ""))) {
    const read = await intruder.client.from(name).select();
    ok(!tellsOf(victim, read.data), `${name} shows the victim's rows`);
    tried++;
    const { data: rows } = await victim.client.from(name).select();
    for (const row of (rows ?? []).filter((row) => tellsOf(victim, row))) {
      const [column] = ["id", "workspace_id", "user_id"].filter((key) => key in row);
      const mine = (query: string) => intruder.client.from(name)[query as "delete"]();
      const attempts = [
        intruder.client.from(name).update(row).eq(column!, row[column!]).select(),
        mine("delete").eq(column!, row[column!]).select(),
        intruder.client.from(name).insert({ ...row, id: crypto.randomUUID() }).select(),
        intruder.client.from(name).upsert(row).select(),
      ];
      for (const { data, error } of await Promise.all(attempts)) {
        ok(error !== null || data.length === 0, `${name} takes a write: ${JSON.stringify(data)}`);
        tried++;
      }
    }
  }
  // What Mallory may do to herself, she may not do to others.
  const { data } = await intruder.client.from("profiles").update({ name: "Taken over" })
    .eq("id", victim.id).select();
  strictEqual(data?.length ?? 0, 0);
  return tried + 1;
}

async function byFunctions(intruder: Person, victim: Person): Promise<number> {
  const names = new Set(
    Object.entries(functions)
      .filter(([name, { execute }]) =>
        name.startsWith("public.") && !execute.includes("authenticated")
      )
      .map(([name]) => name.replace("public.", "").replace(/\(.*/, "")),
  );
  const known = await argumentNames();
  for (const name of names) {
    const values: Record<string, unknown> = {
      string: victim.workspaceId,
      number: 1,
      boolean: true,
      Json: {},
    };
    const attempt = () => {
      const args = (known[name] ?? []).map(([argument, type]) => [argument, values[type] ?? null]);
      return intruder.client.rpc(name, Object.fromEntries(args));
    };
    let { data, error } = await attempt();
    // A day or a moment among the strings: an id is none, and is read before anybody asks who calls. Whether
    // its format, its zone or a field of it is what is wrong (class 22) depends on the id's digits.
    if (error?.code?.startsWith("22")) {
      values["string"] = null;
      ({ data, error } = await attempt());
    }
    strictEqual(error?.code, "42501", `${name} answers ${JSON.stringify(data ?? error)}`);
  }
  return names.size;
}

async function byBucket(intruder: Person, victim: Person): Promise<number> {
  const bucket = intruder.client.storage.from("avatars");
  const { data: own } = await victim.client.storage.from("avatars").list(victim.id);
  const file = `${victim.id}/${own![0]!.name}`;
  const image = new Blob([new Uint8Array(8)], { type: "image/png" });
  strictEqual((await bucket.list(victim.id)).data?.length ?? 0, 0, "the folder is listed");
  for (
    const [what, { error, data }] of Object.entries({
      upload: await bucket.upload(`${victim.id}/mine.png`, image),
      overwrite: await bucket.upload(file, image, { upsert: true }),
      update: await bucket.update(file, image),
      move: await bucket.move(file, `${intruder.id}/taken.png`),
      copy: await bucket.copy(file, `${intruder.id}/taken.png`),
      remove: await bucket.remove([file]),
    })
  ) {
    const nothing = Array.isArray(data) && data.length === 0;
    ok(error !== null || nothing, `${what} works: ${JSON.stringify(data)}`);
  }
  return 7;
}

async function byEndpoints(
  variables: Record<string, string>,
  intruder: Person,
  victim: Person,
): Promise<number> {
  const workspace_id = victim.workspaceId;
  const page = `${variables["SITE_URL"] ?? "http://127.0.0.1:3000"}/`;
  const price_id = "price_monthly_basic";
  const { data: subscription } = await victim.client.from("subscriptions").select().limit(1)
    .single();
  const attempts: [method: string, path: string, body: unknown, status: number][] = [
    ["POST", "subscription-create", { price_id, workspace_id }, 404],
    [
      "POST",
      "subscription-checkout",
      { price_id, workspace_id, success_url: page, cancel_url: page },
      404,
    ],
    ["POST", "subscription-cancel", { workspace_id }, 404],
    ["POST", "subscription-cancel", { workspace_id, at_period_end: false }, 404],
    ["POST", "subscription-uncancel", { workspace_id }, 404],
    ["POST", "billing-portal", { workspace_id, return_url: page }, 404],
    ["POST", "checkout-status", { session_id: subscription.stripe_subscription_id }, 422],
    ["POST", "workspace-invite", { workspace_id, email: "mallory@example.com" }, 404],
    ["POST", "workspace-accept", { invitation_id: workspace_id }, 404],
    ["PATCH", "user-profile", { id: victim.id, name: "Taken over" }, 422],
    [
      "PATCH",
      "user-profile",
      { avatar_url: `/storage/v1/object/public/avatars/${victim.id}/a.png` },
      422,
    ],
    ["GET", `user-profile?id=${victim.id}`, undefined, 200],
    ["POST", "jobs-run", {}, 401],
    ["POST", "stripe-webhook", { id: "evt_1", type: "customer.deleted" }, 400],
  ];
  for (const [method, path, body, status] of attempts) {
    const reply = await fetch(`${variables["SUPABASE_URL"]}/functions/v1/${path}`, {
      method,
      headers: {
        apikey: variables["SUPABASE_PUBLISHABLE_KEY"]!,
        authorization: `Bearer ${intruder.token}`,
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    strictEqual(reply.status, status, `${method} ${path}: ${text}`);
    ok(!tellsOf(victim, text), `${path} tells of the victim: ${text}`);
  }
  return attempts.length;
}
