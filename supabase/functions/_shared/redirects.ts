/** Where we send people: only to origins that the operator has listed. */
import { env, optionalEnv } from "./env.ts";
import { problem } from "./problem.ts";

function allowedOrigins(): Set<string> {
  const listed = (optionalEnv("ALLOWED_REDIRECT_ORIGINS") ?? "").split(",").map((o) => o.trim());
  return new Set(
    [env("SITE_URL"), ...listed].filter((o) => o !== "").map((o) => new URL(o).origin),
  );
}

/** The address of a page of the site: where mails lead. */
export function sitePage(path: string): string {
  return new URL(path, env("SITE_URL")).href;
}

/**
 * The address, if it is ours to redirect to: http or https, at SITE_URL's origin or one of
 * ALLOWED_REDIRECT_ORIGINS.
 *
 * @throws {Problem} `redirect_not_allowed`
 */
export function allowedRedirect(address: string): string {
  const url = URL.parse(address);
  if (url !== null && /^https?:$/.test(url.protocol) && allowedOrigins().has(url.origin)) {
    return url.href;
  }
  throw problem("redirect_not_allowed", {
    detail:
      "Use an address at the site's own origin, or list its origin in ALLOWED_REDIRECT_ORIGINS.",
  });
}
