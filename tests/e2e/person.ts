/** Somebody who is signed in, with what an application's client has. */
import { createClient, type SupabaseClient } from "@supabase/supabase-js";

/** A signed-in user. */
export interface Person {
  id: string;
  email: string;
  workspaceId: string;
  token: string;
  // deno-lint-ignore no-explicit-any -- the journey knows no types of ours, as a newcomer's first script
  client: SupabaseClient<any>;
}

/** Signs in by auth-login. */
export async function signedIn(
  variables: Record<string, string>,
  { email, password }: { email: string; password: string },
): Promise<Person> {
  const client = createClient(
    variables["SUPABASE_URL"]!,
    variables["SUPABASE_PUBLISHABLE_KEY"]!,
    { auth: { persistSession: false, autoRefreshToken: false } },
  );
  const { data, error } = await client.functions.invoke("auth-login", {
    body: { email, password },
  });
  if (error !== null) throw error;
  const { error: refused } = await client.auth.setSession(data.session);
  if (refused !== null) throw refused;
  const { data: workspace, error: missing } = await client.from("workspaces").select("id").single();
  if (missing !== null) throw missing;
  return {
    id: data.user.id,
    email,
    workspaceId: workspace.id,
    token: data.session.access_token,
    client,
  };
}
