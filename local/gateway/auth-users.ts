/** Reads and writes of `auth` that Lite leaves out. Each runs in the request's open transaction. */
import { sql } from "kysely";
import { isoTime } from "./iso-times.ts";
import type { Db } from "./request-context.ts";

/** A row of `auth.users`, as far as the gateway looks at it. Times are Postgres's text. */
export interface UserRow {
  id: string;
  aud: string;
  role: string;
  email: string | null;
  phone: string | null;
  email_confirmed_at: string | null;
  confirmation_sent_at: string | null;
  recovery_sent_at: string | null;
  email_change: string | null;
  email_change_sent_at: string | null;
  email_change_confirm_status: number;
  email_change_token_new: string | null;
  email_change_token_current: string | null;
  reauthentication_sent_at: string | null;
  raw_app_meta_data: Record<string, unknown>;
  raw_user_meta_data: Record<string, unknown>;
  created_at: string;
  updated_at: string;
}

export async function userByEmail(db: Db, email: string): Promise<UserRow | undefined> {
  const found = await sql<UserRow>`
    select * from auth.users where email = ${email.toLowerCase()} and not is_sso_user`.execute(db);
  return found.rows[0];
}

export async function userById(db: Db, id: string): Promise<UserRow | undefined> {
  const found = await sql<UserRow>`select * from auth.users where id = ${id}::uuid`.execute(db);
  return found.rows[0];
}

/** Which kind of mail a token hash came with, among those that `type: "email"` stands for. */
export async function emailTokenType(
  db: Db,
  hash: string,
): Promise<"signup" | "magiclink"> {
  const found = await sql`select 1 from auth.users where confirmation_token = ${hash}`.execute(db);
  return found.rows.length > 0 ? "signup" : "magiclink";
}

/** Notes how a session began; a refreshed token repeats it. */
export async function recordAuthenticationMethod(
  db: Db,
  session: string,
  method: string,
): Promise<void> {
  await sql`
    insert into auth.mfa_amr_claims (id, session_id, authentication_method, created_at, updated_at)
    values (gen_random_uuid(), ${session}::uuid, ${method}, now(), now())
    on conflict (session_id, authentication_method) do nothing`.execute(db);
}

/** How a session began: the token's `amr`, newest first. */
export async function authenticationMethods(
  db: Db,
  session: string,
): Promise<{ method: string; timestamp: number }[]> {
  const found = await sql<{ method: string; timestamp: number }>`
    select authentication_method as method, extract(epoch from created_at)::int as timestamp
    from auth.mfa_amr_claims where session_id = ${session}::uuid
    order by created_at desc`.execute(db);
  return found.rows;
}

/** The user as GoTrue's API and its hooks show it. */
export function userJson(user: UserRow): Record<string, unknown> {
  return {
    id: user.id,
    aud: user.aud,
    role: user.role,
    email: user.email ?? "",
    phone: user.phone ?? "",
    ...(user.email_confirmed_at && { email_confirmed_at: isoTime(user.email_confirmed_at) }),
    ...(user.confirmation_sent_at && { confirmation_sent_at: isoTime(user.confirmation_sent_at) }),
    ...(user.email_change && { new_email: user.email_change }),
    app_metadata: user.raw_app_meta_data,
    user_metadata: user.raw_user_meta_data,
    identities: [],
    created_at: isoTime(user.created_at),
    updated_at: isoTime(user.updated_at),
    is_anonymous: false,
  };
}
