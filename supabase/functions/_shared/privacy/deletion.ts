/** Asking for the deletion of one's account, and changing one's mind. */
import * as z from "zod";
import { authClient, authProblem } from "../accounts/auth-client.ts";
import { type Db, rows } from "../database.ts";
import { countRequest, forgetRequests } from "../limits.ts";
import { problem } from "../problem.ts";
import { sitePage } from "../redirects.ts";
import { ownAccount } from "./own-account.ts";
import { toHex } from "../hex.ts";

/** A deletion as its user sees it. */
export const AccountDeletion = z.object({
  id: z.guid(),
  /** unconfirmed: a mail asks to confirm; blocked: others' workspaces hang on the user. */
  state: z.enum(["unconfirmed", "scheduled", "running", "blocked", "cancelled"]),
  requested_at: z.string(),
  /** Until then it can be cancelled. */
  due_at: z.string().nullable(),
});

/**
 * The user's latest deletion, under the user's own right to read it; null when there is none.
 *
 * @throws {Problem} `profile_not_found`
 */
export async function latestDeletion(
  db: Db,
  userId: string,
): Promise<z.infer<typeof AccountDeletion> | null> {
  const reading = rows(
    db.from("account_deletions").select("id, state, requested_at, due_at").eq("user_id", userId)
      .order("requested_at", { ascending: false }).limit(1).maybeSingle(),
  );
  const [found] = await Promise.all([reading, ownAccount(db, userId)]);
  return found as z.infer<typeof AccountDeletion> | null;
}

/** When the account is to be deleted; null when it is not. */
export async function deletionDueAt(db: Db, userId: string): Promise<string | null> {
  const found = await rows(
    db.from("account_deletions").select("due_at").eq("user_id", userId)
      .in("state", ["scheduled", "running"]).maybeSingle(),
  );
  return found?.due_at ?? null;
}

/** 32 bytes of chance, in letters and digits. */
function freshToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return toHex(bytes);
}

/**
 * Proves that it is the user and not who found the device unlocked: by a fresh sign-in, which is ended
 * at once. Each try counts as one to sign in.
 *
 * @throws {Problem} `reauthentication_failed`, `rate_limited`, `auth_unavailable`
 */
async function checkPassword(
  email: string | undefined,
  password: string,
  address: string,
): Promise<void> {
  const failed = problem("reauthentication_failed", {
    detail: "The password is wrong. Leave it out to be sent a link instead.",
  });
  if (email === undefined) throw failed;
  await countRequest("login_account", email);
  const client = authClient(address);
  const { error } = await client.auth.signInWithPassword({ email, password });
  if (error !== null) {
    const refusal = authProblem(error);
    throw refusal.code === "invalid_credentials" ? failed : refusal;
  }
  await Promise.all([
    client.auth.signOut({ scope: "local" }),
    forgetRequests("login_account", email),
  ]);
}

/**
 * Schedules the deletion for whoever gives the password or the token of the mail's link, and mails that
 * link to whoever gives neither.
 *
 * @throws {Problem} `reauthentication_failed`; `workspaces_need_owner`, naming them
 */
export async function requestDeletion(
  admin: Db,
  { user, address, password, token }: {
    user: { id: string; email: string | undefined };
    address: string;
    password?: string | undefined;
    token?: string | undefined;
  },
): Promise<void> {
  if (password === undefined && token === undefined) {
    const fresh = freshToken();
    // After the #, which no server and no log sees.
    const link = sitePage(`/account/delete#token=${fresh}`);
    await rows(admin.rpc("account_deletion_ask", { user_id: user.id, token: fresh, link }));
    return;
  }
  if (password !== undefined) await checkPassword(user.email, password, address);
  const workspaces = await rows(admin.rpc("account_deletion_schedule", {
    user_id: user.id,
    ...(password === undefined && token !== undefined && { token }),
  })) as unknown as { id: string; name: string; members: number }[];
  if (workspaces.length > 0) {
    throw problem("workspaces_need_owner", {
      detail: "Others are in workspaces that only you own: " +
        workspaces.map(({ name }) => `“${name}”`).join(", ") +
        ". Make somebody else an owner, or remove the others.",
      extra: { workspaces },
    });
  }
}
