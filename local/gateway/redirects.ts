/**
 * Where mails and sign-ins may send a browser: the site itself, or a URL of the allow list.
 *
 * Patterns as in GoTrue: `*` and `?` stop at `.` and `/`, `**` does not.
 * @see https://supabase.com/docs/guides/auth/redirect-urls
 */

function patternExpression(pattern: string): RegExp {
  let expression = "";
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i]!;
    if (char === "*" && pattern[i + 1] === "*") {
      expression += ".*";
      i++;
    } else if (char === "*") {
      expression += "[^./]*";
    } else if (char === "?") {
      expression += "[^./]";
    } else {
      expression += RegExp.escape(char);
    }
  }
  return new RegExp(`^${expression}$`);
}

/** `wanted` where it is allowed, else `siteUrl`. */
export function allowedRedirect(
  wanted: string | null | undefined,
  siteUrl: string,
  allowList: string[],
): string {
  if (!wanted || !URL.canParse(wanted)) return siteUrl;
  const url = new URL(wanted);
  if (URL.canParse(siteUrl)) {
    const site = new URL(siteUrl);
    const loopback = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
    if (
      url.protocol === site.protocol && url.hostname === site.hostname &&
      (url.port === site.port || loopback)
    ) return wanted;
  }
  const bare = wanted.split("#")[0]!;
  return allowList.some((pattern) => patternExpression(pattern).test(bare)) ? wanted : siteUrl;
}
