/** docs/security.md: every method whose handler is given the client that RLS does not bind, and why. */
import type { Declared } from "../declarations.ts";

const introduction = `# Security

Generated from the endpoints' declarations by \`deno task openapi\`.

Row-level security comes first: grants, policies and constraints in the migrations say who may read
and write what, for every caller and whichever way the caller comes in. A handler runs as its caller,
so it can do no more than the caller could without it. The methods below are the exceptions: their
handlers also get the secret key's client, which RLS does not bind. Each declares its reason as
\`elevated\`; the handler of a method that is not listed is not given it.

Three parts outside of handlers hold the secret key as well: \`endpoint()\`, which counts rate limits
and keeps replies under their Idempotency-Key; \`background.ts\`, which wakes \`jobs-run\`; and
\`accounts/auth-client.ts\`, which asks Supabase Auth to sign up, sign in and mail on behalf of the
caller's address.

Who changed what is in \`public.audit_log\`: written by triggers, append-only for everybody, read by a
workspace's owners and admins and by staff. A caller's own token says who acted; headers (\`x-actor\`,
\`x-request-id\`, which \`endpoint()\` adds) are believed of the secret key alone.
`;

/** Who calls, for a reader; see `Caller` in declaration.ts. */
const callers: Record<Declared["declaration"]["auth"], string> = {
  none: "anyone",
  publishable: "publishable key",
  user: "signed-in user",
  staff: "staff",
  secret: "secret key",
  signature: "provider, by signature",
};

/** Text in a table's cell: what would end the cell or the row is kept from doing so. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll(/\s*\n\s*/g, " ");
}

/** The page, unformatted; the same declarations give the same text, in whatever order they are listed. */
export function securityPage(declared: Declared[]): string {
  const rows = declared.flatMap(({ name, declaration: { method, auth, elevated } }) =>
    elevated === undefined ? [] : [[name, method, callers[auth], elevated]]
  ).map((cells) => `| ${cells.map(cell).join(" | ")} |`);
  return `${introduction}
| name | method | caller | why |
| --- | --- | --- | --- |
${rows.toSorted().join("\n")}
`;
}
