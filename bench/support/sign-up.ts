import { decodeJwt } from "jose";
import type { HttpStack } from "./http-stack.ts";

/** Somebody who has just signed up. */
export interface SignedUp {
  id: string;
  session: { access_token: string; refresh_token: string };
}

/** Signs somebody up as an application does. @throws what the endpoint answered, where it refuses */
export async function signUp(
  { stack, functionsUrl }: Pick<HttpStack, "stack" | "functionsUrl">,
): Promise<SignedUp> {
  const reply = await fetch(`${functionsUrl}/auth-signup`, {
    method: "POST",
    headers: { apikey: stack.env["SUPABASE_PUBLISHABLE_KEY"]!, "content-type": "application/json" },
    body: JSON.stringify({
      email: `${crypto.randomUUID()}@example.com`,
      password: `pw-${crypto.randomUUID()}`,
      name: "Bench",
      locale: "en",
    }),
  });
  if (reply.status !== 201) throw new Error(`cannot sign up: ${await reply.text()}`);
  const { session } = await reply.json();
  return { id: decodeJwt(session.access_token).sub!, session };
}
