/**
 * `/auth/v1/admin/users/{id}`: reading and deleting a user with the secret key, as GoTrue has it
 * (https://github.com/supabase/auth/blob/master/internal/api/admin.go). Lite has no admin API.
 */
import { sql } from "kysely";
import { authError } from "./auth-errors.ts";
import { userById, userJson } from "./auth-users.ts";
import type { GatewayConnection } from "./connection.ts";

/** Who calls: the holder of the secret key, a user, or nobody. */
export type AdminCaller = "operator" | "user" | "nobody";

const userPath = /^\/admin\/users\/([^/]+)$/;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const notFound = () => authError(404, "user_not_found", "User not found");

/** The reply to a call of the admin API; undefined for any other path, and what is not built here. */
export async function adminReply(
  request: Request,
  path: string,
  caller: AdminCaller,
  connection: GatewayConnection,
): Promise<Response | undefined> {
  const [, id] = userPath.exec(path) ?? [];
  if (id === undefined || (request.method !== "GET" && request.method !== "DELETE")) {
    return undefined;
  }
  if (caller === "nobody") {
    return authError(401, "no_authorization", "This endpoint requires a valid Bearer token");
  }
  if (caller === "user") return authError(403, "not_admin", "User not allowed");
  if (!uuid.test(id)) return authError(404, "validation_failed", "user_id must be an UUID");
  if (request.method === "GET") {
    const user = await userById(connection.kysely, id);
    return user === undefined ? notFound() : Response.json(userJson(user));
  }
  const body = await request.json().catch(() => ({})) as { should_soft_delete?: boolean };
  if (body.should_soft_delete) {
    return authError(501, "not_implemented", "The local stack deletes users for good only");
  }
  return await connection.inTransaction(async () => {
    const db = connection.kysely;
    if (await userById(db, id) === undefined) return notFound();
    // Sessions and identities go with the row; these name it without a foreign key.
    await sql`delete from auth.refresh_tokens where user_id = ${id}::uuid`.execute(db);
    await sql`delete from auth.users where id = ${id}::uuid`.execute(db);
    return Response.json({});
  });
}
