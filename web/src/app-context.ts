/** What every page may need: the client, who is signed in, and the mail's link that led here. */
import type { Session } from "@supabase/supabase-js";
import { createContext, useContext } from "react";
import type { Socle } from "../../client/src/mod.ts";
import type { AuthLink } from "./auth-link.ts";
import type { Supabase } from "./supabase.ts";

export interface App {
  supabase: Supabase;
  /** The endpoints, as methods. */
  socle: Socle;
  session: Session | null;
  /** Whether it is one of the staff's; false until that is known. */
  isStaff: boolean;
  link: AuthLink | undefined;
  /** Who sells, line by line, as receipts say. */
  seller: string[];
  /** Of the captcha; undefined where there is none. */
  turnstileSiteKey: string | undefined;
}

export const AppContext = createContext<App | null>(null);

/** The application's context. */
export function useApp(): App {
  const app = useContext(AppContext);
  if (app === null) throw new Error("useApp needs AppContext around it");
  return app;
}
