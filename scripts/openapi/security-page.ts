/**
 * docs/security.md: every method whose handler is given the client that RLS does not bind, and why; and
 * who may do what in a workspace.
 */
import { permissions } from "../../supabase/functions/_shared/workspaces/permissions.ts";
import { roles } from "../../supabase/functions/_shared/workspaces/roles.ts";
import type { Declared } from "../declarations.ts";
import { matrixCounts } from "./access-page.ts";
import { cell } from "./table-cell.ts";

const introduction = `# Security

Generated from the endpoints' declarations, the table of permissions and the access matrix by
\`deno task openapi\`.

## What each caller may read and write

docs/access.md says it for every object: ${matrixCounts()}. It is generated from the matrix that
\`tests/rls\` proves cell by cell, in SQL and through PostgREST; whatever has no row there fails.

## Past row-level security

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

const ofPermissions = `## What a member of a workspace may do

The table is data in \`_shared/workspaces/permissions.ts\`; the database decides by its grants, policies
and functions, and \`tests/rls/permissions.test.ts\` tries every cell of it there. Whoever is not a member
may do none of it, and is not told whether the workspace exists.
`;

const ofRoles = `
- Nobody gives a role above his own: an admin neither makes an owner nor touches one.
- A workspace keeps an owner, whoever asks and whatever happens at once: the last one cannot leave, be
  removed, become anything less, or delete his account while others are in the workspace.
- A personal workspace is its person's: it may have members, so that who starts alone and subscribes
  need not move for the first colleague; but it has one owner, and is not transferred, left or deleted.
- An invitation is for an address: only an account whose confirmed address it is can take it, so a
  forwarded or leaked link opens nothing. With confirmations of addresses switched off at Supabase Auth
  (\`enable_confirmations\`), every address counts as confirmed: keep them on (docs/deploy.md).
- What somebody has sent is revoked when he leaves or may no longer invite.
`;

/** Who calls, for a reader; see `Caller` in declaration.ts. */
const callers: Record<Declared["declaration"]["auth"], string> = {
  none: "anyone",
  publishable: "publishable key",
  visitor: "publishable key, signed in or not",
  user: "signed-in user",
  staff: "staff",
  secret: "secret key",
  signature: "provider, by signature",
};

/** The page, unformatted; the same declarations give the same text, in whatever order they are listed. */
export function securityPage(declared: Declared[]): string {
  const rows = declared.flatMap(({ address, declaration: { method, auth, elevated } }) =>
    elevated === undefined ? [] : [[address, method, callers[auth], elevated]]
  ).map((cells) => `| ${cells.map(cell).join(" | ")} |`);
  return `${introduction}
| name | method | caller | why |
| --- | --- | --- | --- |
${rows.toSorted().join("\n")}

${ofPermissions}
${permissionsTable()}
${ofRoles}`;
}

function permissionsTable(): string {
  const lines = Object.values(permissions).map(({ what, roles: allowed }) => {
    const may = new Set<string>(allowed);
    return `| ${
      [what, ...roles.map((role) => may.has(role) ? "yes" : "–")].map(cell).join(" | ")
    } |`;
  });
  return [
    `| | ${roles.join(" | ")} |`,
    `| --- | ${roles.map(() => ":-:").join(" | ")} |`,
    ...lines,
  ].join("\n");
}
