/** Everything that makes a new stack worth looking at. Each part sees what is there already, and adds the rest. */
import postgres from "postgres";
import { accounts } from "./accounts.ts";
import { makeOrders } from "./shop/orders.ts";
import { addPictures } from "./shop/upload.ts";
import { partElsewhere } from "./stack-guard.ts";
import { makeTeam } from "./team.ts";
// #region shop
import { operator } from "./visitor.ts";
// #endregion shop
import { stripeOf, type Variables, visitorAs } from "./visitor.ts";

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
 * The users, their team and their orders.
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
  await visitorAs(env, accounts.fresh);
  await makeTeam({ subscriber, shopper, fresh: accounts.fresh, stripe: stripeOf(env) });
  // #region shop
  const siteUrl = env["SITE_URL"]!;
  await makeOrders({ admin: operator(env), shopper, subscriber, staff, siteUrl });
  // #endregion shop
}

/** What any project may have; and the users, where `people`. @returns what was added */
export async function fillDemo(env: Variables, { people }: { people: boolean }): Promise<string> {
  const added: string[] = [];
  // At once: drawing is this process's work, the others' is the stack's.
  await Promise.all([
    people && addPeople(env).then(() => added.push("four users with what they did")),
    // #region shop
    addPictures(operator(env)).then((pictures) => added.push(`${pictures} pictures`)),
    // #endregion shop
  ]);
  return added.toSorted().join(", ") || "nothing";
}
