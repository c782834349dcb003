/** Everything that makes a new stack worth looking at. */
import postgres from "postgres";
import { type AccountName, accounts } from "./accounts.ts";
import { dunning } from "./dunning.ts";
import { live } from "./history.ts";
import type { DemoPart, World } from "./part.ts";
import { shopDemo } from "./shop/part.ts";
import { partElsewhere } from "./stack-guard.ts";
import { team } from "./team.ts";
import { usage } from "./usage.ts";
import { operator, stripeOf, type Variables, type Visitor, visitorAs } from "./visitor.ts";

const parts: DemoPart[] = [team, usage, dunning, ...shopDemo];

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

/** A stack, and whoever is on it: each logs in, or signs up, when first asked for. */
export function worldOf(env: Variables): World {
  const known = new Map<AccountName, Promise<Visitor>>();
  const meet = async (name: AccountName) => {
    const visitor = await visitorAs(env, accounts[name]);
    if (name === "staff") await appoint(env["SUPABASE_DB_URL"]!, visitor.id);
    return visitor;
  };
  return {
    env,
    admin: operator(env),
    stripe: stripeOf(env),
    visitor(name) {
      const visitor = known.get(name) ?? meet(name);
      known.set(name, visitor);
      return visitor;
    },
  };
}

/** What everybody does, over the weeks. */
export const acts = [
  { daysAgo: 54.4, do: ({ visitor }: World) => visitor("staff") },
  ...parts.flatMap(({ acts = [] }) => acts),
];

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
  await live(worldOf(env), acts);
}

/** What may be on any project; and the users, where `people`. @returns what was added, in words */
export async function fillDemo(env: Variables, { people }: { people: boolean }): Promise<string> {
  const admin = operator(env);
  // At once: drawing is this process's work, the others' is the stack's.
  const [added] = await Promise.all([
    Promise.all(parts.flatMap(({ add }) => add?.(admin) ?? [])),
    people && addPeople(env),
  ]);
  if (people) added.push("five users and what they did");
  return added.join(", ") || "nothing";
}
