/** Lite's sessions on their way out: the inner token in a reply becomes the outer one. */
import type { JWTPayload } from "jose";
import { authenticationMethods, recordAuthenticationMethod, userById } from "./auth-users.ts";
import { withIsoTimes } from "./iso-times.ts";
import type { Db } from "./request-context.ts";
import { claimsOfInner, type Tokens } from "./tokens.ts";

export interface Sessions {
  /** The reply with every token and time as hosted Auth writes it; `method` began the session. */
  outward(reply: Response, method: string | undefined): Promise<Response>;
}

type Json = Record<string, unknown>;

export function createSessions(tokens: Tokens, db: () => Db): Sessions {
  async function outerToken(inner: string, method: string | undefined): Promise<string> {
    const claims = claimsOfInner(inner);
    const session = claims["session_id"] as string;
    const user = await userById(db(), claims.sub!);
    if (!user) throw new Error("cannot issue a token: the user is gone");
    if (method) await recordAuthenticationMethod(db(), session, method);
    const outer: JWTPayload = {
      ...claims,
      email: user.email ?? "",
      phone: user.phone ?? "",
      app_metadata: user.raw_app_meta_data,
      user_metadata: user.raw_user_meta_data,
      aal: "aal1",
      amr: await authenticationMethods(db(), session),
      is_anonymous: false,
    };
    return await tokens.sign(outer);
  }

  async function redirected(reply: Response, method: string | undefined): Promise<Response> {
    const [base, fragment] = reply.headers.get("location")!.split("#");
    const values = new URLSearchParams(fragment);
    const inner = values.get("access_token");
    if (!inner) return reply;
    values.set("access_token", await outerToken(inner, method));
    const headers = new Headers(reply.headers);
    headers.set("location", `${base}#${values}`);
    return new Response(null, { status: reply.status, headers });
  }

  return {
    async outward(reply, method) {
      if (reply.headers.has("location")) return await redirected(reply, method);
      if (!reply.headers.get("content-type")?.startsWith("application/json")) return reply;
      const body = await reply.json() as Json;
      if (typeof body["access_token"] === "string") {
        body["access_token"] = await outerToken(body["access_token"], method);
      }
      const headers = new Headers(reply.headers);
      headers.delete("content-length");
      return Response.json(withIsoTimes(body), { status: reply.status, headers });
    },
  };
}
