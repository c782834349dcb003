/** What the auth endpoints answer: the user and the session, in Supabase Auth's own words. */
import { z } from "zod";

/** Tokens of a session; hand them to `supabase.auth.setSession`. Times in seconds. */
export const Session = z.object({
  access_token: z.string(),
  refresh_token: z.string(),
  token_type: z.string(),
  expires_in: z.int(),
  expires_at: z.int().optional(),
});

/** Who signed up or in. */
export const SessionUser = z.object({ id: z.guid(), email: z.string(), name: z.string() });

/** A user of Auth as {@link SessionUser}. `user_metadata` is whatever the client once sent. */
export function sessionUser(
  user: { id: string; email?: string | undefined; user_metadata?: Record<string, unknown> },
): z.infer<typeof SessionUser> {
  const name = user.user_metadata?.["name"];
  return { id: user.id, email: user.email ?? "", name: typeof name === "string" ? name : "" };
}
