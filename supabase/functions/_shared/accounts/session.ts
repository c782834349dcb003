/** What the auth endpoints answer: the user and the session, in Supabase Auth's own words. */
import * as z from "zod";
import { type Db, rows } from "../database.ts";

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

/** A user of Auth as {@link SessionUser}, with the profile's name: metadata keeps that of the sign-up. */
export async function sessionUser(
  db: Db,
  { id, email = "" }: { id: string; email?: string | undefined },
): Promise<z.infer<typeof SessionUser>> {
  const profile = await rows(db.from("profiles").select("name").eq("id", id).maybeSingle());
  return { id, email, name: profile?.name ?? "" };
}
