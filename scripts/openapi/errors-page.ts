/** docs/errors.md: the problem catalogue with the endpoints that may answer each code. */
import { problemsOf } from "../../supabase/functions/_shared/possible-problems.ts";
import { catalogue, type ProblemCode } from "../../supabase/functions/_shared/problem.ts";
import type { Declared } from "../declarations.ts";

const introduction = `# Errors

Generated from the problem catalogue (\`supabase/functions/_shared/problem.ts\`) and the endpoints'
declarations by \`deno task openapi\`.

Every error is \`application/problem+json\` ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)).
Switch on \`code\`, which is stable; \`detail\` is for people and may change. Wrong fields are named in
\`errors\` by JSON Pointer. \`request_id\` is also in the header \`x-request-id\` and in our logs. Where the
same request may succeed later, \`Retry-After\` says when, in seconds.
`;

/** Codes that an option of a declaration brings with it, and which: a project need not use each. */
const ofOptions: Partial<Record<ProblemCode, string>> = {
  captcha_unavailable: 'captcha: { whenDown: "refuse" }',
};

/** What may answer a code, as a reader wants it said: endpoints, or SQL that clients call themselves. */
function answering(
  code: ProblemCode,
  declared: Declared[],
  functions: Map<string, string[]>,
): string {
  const methodsOf = declared.filter(({ declaration }) => problemsOf(declaration).includes(code));
  if (methodsOf.length === declared.length) return "every endpoint";
  const methods = Map.groupBy(methodsOf, ({ address }) => address);
  const names = [...methods].map(([address, some]) => {
    const all = declared.filter((one) => one.address === address);
    if (some.length === all.length) return address;
    return `${address} (${some.map(({ declaration }) => declaration.method).join(", ")})`;
  });
  if (names.length > 0) return names.toSorted().join(", ");
  const sql = functions.get(code);
  const option = ofOptions[code];
  if (sql === undefined && option !== undefined) return `whatever declares \`${option}\`: none now`;
  if (sql === undefined) throw new Error(`nothing answers ${code}: neither an endpoint nor SQL`);
  return `no endpoint, but in SQL by ${sql.map((name) => `\`${name}\``).join(", ")}`;
}

/**
 * The page, unformatted; the same catalogue and declarations give the same text.
 *
 * @param functions the SQL functions that refuse with each code: `refusingFunctions`
 */
export function errorsPage(declared: Declared[], functions: Map<string, string[]>): string {
  const codes = Object.keys(catalogue) as ProblemCode[];
  const entries = codes.map((code) => {
    const [status, title] = catalogue[code];
    return `- **\`${code}\`** (${status}): ${title}.\n  Answered by ${
      answering(code, declared, functions)
    }.`;
  });
  return `${introduction}\n${entries.join("\n")}\n`;
}
