/** The client as an application has it, on the stack under test. */
import { createClient } from "@supabase/supabase-js";
import { type CommonOptions, createSocle, type Socle } from "../../client/src/mod.ts";
import { stack } from "../support/stack.ts";
import type { TestUser } from "../support/users.ts";

/** Of whoever is signed in there. */
export function socleOf({ client }: Pick<TestUser, "client">, options?: CommonOptions): Socle {
  return createSocle(client, options);
}

/** One request as it went out. */
export interface Sent {
  method: string;
  url: URL;
  headers: Headers;
}

/** What becomes of a request, sent on to the stack or elsewhere: what is returned or thrown, or undefined to let it through. */
export type Meddling = (
  sent: Sent,
  send: (to?: string) => Promise<Response>,
) => Promise<Response> | undefined;

/** A client whose requests to functions are seen, and may be meddled with, on their way to the stack. */
export function watched(
  { token, key = stack.publishableKey, meddle = () => undefined, ...options }: CommonOptions & {
    token?: string;
    key?: string;
    meddle?: Meddling;
  },
): { socle: Socle; sent: Sent[] } {
  const sent: Sent[] = [];
  const supabase = createClient(stack.url, key, {
    auth: { persistSession: false, autoRefreshToken: false },
    ...(token !== undefined && { accessToken: () => Promise.resolve(token) }),
    global: {
      fetch(input, init) {
        const request = new Request(input, init);
        const one = {
          method: request.method,
          url: new URL(request.url),
          headers: request.headers,
        };
        sent.push(one);
        const send = (to?: string) => fetch(to === undefined ? request : new Request(to, request));
        return meddle(one, send) ?? send();
      },
    },
  });
  return { socle: createSocle(supabase, options), sent };
}
