/** Everything that makes a new stack worth looking at. */
import postgres from "postgres";
import { accounts } from "./accounts.ts";
import type { DemoPart } from "./part.ts";
import { shopDemo } from "./shop/part.ts";
import { partElsewhere } from "./stack-guard.ts";
import { team } from "./team.ts";
import { operator, stripeOf, type Variables, visitorAs } from "./visitor.ts";

const parts: DemoPart[] = [team, ...shopDemo];

/** Makes somebody staff, as an operator does: docs/operations.md. */
async function appoint(databaseUrl: string, userId: string): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    await sql`
      insert into private.staff (user_id, note) values (${userId}, 'of the demonstration')
      on conflict do nothing`;
  } finally {
    await sql.end();
  }
}

/**
 * The users and what they did.
 *
 * @throws {Error} a part of the stack is not on this machine
 */
export async function addPeople(env: Variables): Promise<void> {
  const elsewhere = partElsewhere(env);
  if (elsewhere !== undefined) {
    throw new Error(
      `cannot make users whose password is known: ${elsewhere} is not on this machine`,
    );
  }
  const staff = await visitorAs(env, accounts.staff);
  await appoint(env["SUPABASE_DB_URL"]!, staff.id);
  const subscriber = await visitorAs(env, accounts.subscriber);
  const shopper = await visitorAs(env, accounts.shopper);
  const fresh = await visitorAs(env, accounts.fresh);
  const world = { env, admin: operator(env), stripe: stripeOf(env) };
  for (const { live } of parts) await live?.({ ...world, subscriber, shopper, fresh, staff });
}

/** What may be on any project; and the users, where `people`. @returns what was added, in words */
export async function fillDemo(env: Variables, { people }: { people: boolean }): Promise<string> {
  const admin = operator(env);
  // At once: drawing is this process's work, the others' is the stack's.
  const [added] = await Promise.all([
    Promise.all(parts.flatMap(({ add }) => add?.(admin) ?? [])),
    people && addPeople(env),
  ]);
  if (people) added.push("four users and what they did");
  return added.join(", ") || "nothing";
}
