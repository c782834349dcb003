/**
 * What a mail's link brought along: Auth redirects here with the outcome in the fragment.
 *
 * @see https://supabase.com/docs/guides/auth/redirect-urls
 */

/** `session`: signed in by it, for what `type` says; `error`: the link did nothing; `message`: half done. */
export type AuthLink =
  | { kind: "session"; type: string }
  | { kind: "error"; code: string; description: string }
  | { kind: "message"; message: string };

/** Reads it; undefined where the page was opened otherwise. */
export function readAuthLink(address: string): AuthLink | undefined {
  const url = new URL(address);
  const values = new URLSearchParams(url.hash.slice(1));
  // Auth puts errors into the query as well.
  const value = (name: string) => values.get(name) ?? url.searchParams.get(name) ?? "";
  if (value("error") !== "") {
    return {
      kind: "error",
      code: value("error_code") || value("error"),
      description: value("error_description"),
    };
  }
  if (values.has("access_token")) return { kind: "session", type: value("type") };
  if (values.has("message")) return { kind: "message", message: value("message") };
  return undefined;
}

/** The address without what the link brought: a reload or a bookmark must not repeat it. */
export function withoutAuthLink(address: string): string {
  const url = new URL(address);
  for (const name of ["error", "error_code", "error_description", "sb"]) {
    url.searchParams.delete(name);
  }
  return url.pathname + url.search;
}
