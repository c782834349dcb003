/** Which project the application talks to: read when it starts, so that one build serves any. */

export interface Config {
  supabaseUrl: string;
  supabasePublishableKey: string;
  /** Who sells, line by line: name, address, VAT number. For receipts; default: the product's name. */
  seller?: string[];
  /** Of Turnstile's widget, where TURNSTILE_SECRET_KEY is set for the functions. */
  turnstileSiteKey?: string;
}

/** Reads /config.json. @throws {Error} it is not there, or lacks a value */
export async function readConfig(): Promise<Config> {
  // As index.html preloads it, so that both are one request.
  const reply = await fetch("/config.json", { credentials: "same-origin" });
  // A static host without the file may answer with the application's page instead.
  const json = reply.headers.get("content-type")?.includes("json");
  const config: Partial<Config> = reply.ok && json ? await reply.json() : {};
  const { supabaseUrl, supabasePublishableKey, seller, turnstileSiteKey } = config;
  if (!supabaseUrl || !supabasePublishableKey) {
    throw new Error("/config.json does not name supabaseUrl and supabasePublishableKey");
  }
  return {
    supabaseUrl,
    supabasePublishableKey,
    ...(Array.isArray(seller) && { seller }),
    ...(turnstileSiteKey && { turnstileSiteKey }),
  };
}
