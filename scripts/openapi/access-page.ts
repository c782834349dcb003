/** docs/access.md: the access matrix of tests/rls for a reader, who need not know its SQL. */
import {
  byStaff,
  everyRow,
  everything,
  namedRows,
  type Rows,
  type TableAccess,
} from "../../tests/rls/access.ts";
import { buckets, functions, schemas, tables } from "../../tests/rls/matrix.ts";
import { cell } from "./table-cell.ts";

const introduction = `# Who may read and write what

Generated from the access matrix, \`tests/rls/matrix.ts\`, by \`deno task openapi\`. The matrix is data; the
tests beside it try every cell in SQL as the role and through PostgREST or the storage API, those that are allowed and those that
are not, and fail for a table, view, column, function, bucket, schema, type or sequence that has no row in it.

It says what somebody may do who calls the API directly, whatever the endpoints allow. A verb that is not listed
is refused with \`42501\`. *Users* are signed in, *anybody* need not be; *own* rows are those whose column names
the caller. Staff are the users in \`private.staff\`. The service role is the secret key's:
it reads and writes every column of every table, but for what is noted.

Rows that one may not read are not counted either: \`count=exact\` counts what one reads; \`count=planned\` and
\`count=estimated\`, which are the planner's and know of every row, are 400 \`count_not_offered\` to anybody but
the service role (\`private.check_request()\`, which PostgREST calls before each request).
`;

/** What `ofMyWorkspaces()` writes: the column, and the roles where it names some. */
const membership =
  /\w+ in \(select workspace_id from public\.workspace_members where user_id = \$me(| and role in \([^)]*\))\)/g;

function inRoles(condition: string): string {
  const roles = [...condition.matchAll(/'(\w+)'/g)].map(([, role]) => role!);
  return roles.length === 0
    ? ""
    : ` as ${new Intl.ListFormat("en", { type: "disjunction" }).format(roles)}`;
}

/** Around what is already in words: the rest is SQL, and shown as code. */
const [begin, end] = ["\u0001", "\u0002"];

/** A condition on rows as a reader says it; SQL for which there is no name is quoted. */
function inWords(rows: Rows): string {
  if (rows === everyRow) return "all";
  let text = rows;
  for (const [sql, words] of namedRows) text = text.replaceAll(sql, `${begin}${words}${end}`);
  text = text
    .replaceAll(
      membership,
      (_, roles) => `${begin}those of their workspaces${inRoles(roles)}${end}`,
    )
    .replaceAll(/\b(\w+) = \$me/g, `${begin}their own (\`$1\`)${end}`);
  const parts = text.split(new RegExp(`${begin}([^${end}]*)${end}`));
  return parts.map((part, index) => index % 2 === 1 ? part : quoted(part)).join("");
}

function quoted(sql: string): string {
  return sql.replaceAll(/\s+/g, " ").split(/\b(and|or)\b/).map((part, index) => {
    if (index % 2 === 1) return ` ${part} `;
    return part.trim() === "" ? "" : `\`${part.trim()}\``;
  }).join("").replaceAll(/ {2,}/g, " ");
}

const columnsOf = (columns: string[]) => columns.map((column) => `\`${column}\``).join(", ");

/** Who a condition is about, and which rows it gives him. */
function whoAndRows(rows: Rows): [who: string, rows: string][] {
  if (rows === byStaff) return [["staff", "all"]];
  const staffToo = ` or ${byStaff})`;
  if (!rows.startsWith("((") || !rows.endsWith(staffToo)) return [["users", inWords(rows)]];
  return [["users", inWords(rows.slice(2, -staffToo.length - 1))], ["staff", "all"]];
}

/** One line for each verb: who does it to which rows, and which columns. */
function linesOf({ anon, authenticated, staffReadBy }: TableAccess): string[] {
  const said = (verb: string, rows: Rows, columns?: string[]) =>
    whoAndRows(rows).map(([who, which]) =>
      // A new row is anybody's: "all" of them would say nothing.
      [who, verb, ...(verb === "insert" && which === "all" ? [] : [which])].join(" ") +
      (columns === undefined ? "" : `: ${columnsOf(columns)}`)
    ).join("; ");
  const { select, insert, update } = authenticated;
  const reads = [
    ...(anon.select === undefined ? [] : [`anybody reads ${inWords(anon.select)}`]),
    ...(select === undefined || select === anon.select
      ? []
      : [said("read", select).replace(`users read ${inWords(anon.select ?? "")}; `, "")]),
    ...(staffReadBy === undefined ? [] : ["staff read all by an endpoint"]),
  ];
  return [
    ...(reads.length === 0 ? [] : [reads.join("; ")]),
    ...(insert === undefined ? [] : [said("insert", insert.rows, insert.columns)]),
    ...(update === undefined ? [] : [said("change", update.rows, update.columns)]),
    ...(authenticated.delete === undefined ? [] : [said("delete", authenticated.delete)]),
  ];
}

function tableEntry([name, access]: [string, TableAccess]): string {
  const lines = linesOf(access);
  const title = `**${name.replace("public.", "")}**${access.view ? " (a view)" : ""}`;
  if (lines.length === 0) return `- ${title}: nobody but the server`;
  if (lines.length === 1) return `- ${title}: ${lines[0]}`;
  return [`- ${title}`, ...lines.map((line) => `  - ${line}`)].join("\n");
}

/** The service role's exceptions, such as a table to which even it only adds. */
function lessThanEverything(): string {
  const lines = Object.entries(tables).flatMap(([name, { service_role }]) => {
    if (service_role === everything) return [];
    const verbs = Object.keys(service_role).join(" and ") || "nothing";
    return [`- \`${name}\`: ${verbs}`];
  });
  return lines.toSorted().join("\n");
}

const isPublic = (name: string) => name.startsWith("public.");
const byName = ([one]: [string, unknown], [other]: [string, unknown]) => one < other ? -1 : 1;

function functionsPage(): string {
  const callable = Object.entries(functions).filter(([name]) => isPublic(name));
  const rows = callable.filter(([, { execute }]) => execute.some((role) => role !== "service_role"))
    .toSorted(byName)
    .map(([name, { execute }]) => {
      const may = (role: typeof execute[number]) => execute.includes(role) ? "yes" : "–";
      const shown = `\`${name.replace("public.", "")}\``;
      return `| ${cell(shown)} | ${may("anon")} | ${may("authenticated")} | ${
        may("service_role")
      } |`;
    });
  const ofServer = callable.length - rows.length;
  const definers = Object.entries(functions).filter(([, { definer }]) => definer).length;
  return `## Functions

PostgREST offers those of \`public\`. These are for callers; the other ${ofServer} are the service role's
alone. Each runs with its caller's rights. ${definers} functions of \`private\` run with their owner's: each says
why in its comment, and none is reached by name through the API.

| function | anon | authenticated | service role |
| --- | :-: | :-: | :-: |
${rows.join("\n")}`;
}

function bucketsPage(): string {
  const rows = Object.entries(buckets).toSorted(byName).map(([name, access]) => {
    const who = access.staff
      ? `staff: ${access.staff.join(", ")}, of every file`
      : access.readOnly
      ? "each user: select, of files in the own folder; the server writes them"
      : "each user: insert, select, update, delete, of files in the own folder";
    const size = `${access.fileSizeLimit / 1024 / 1024} MB`;
    const cells = [`\`${name}\``, access.public ? "by their address" : "–", who, size];
    return `| ${[...cells, access.mimeTypes.join(", ")].map(cell).join(" | ")} |`;
  });
  return `## Buckets

A file's name must fit its bucket's policy as well: the folder, one file in it, the ending.

| bucket | anybody reads | who does what | largest | kinds |
| --- | --- | --- | --- | --- |
${rows.join("\n")}`;
}

/** How much of the matrix there is, for the page that links to this one. */
export function matrixCounts(): string {
  const names = Object.keys(tables);
  const columns = Object.values(tables).flatMap((table) => table.columns).length;
  return `${names.length} tables and views (${columns} columns), ${
    Object.keys(functions).length
  } functions, ${Object.keys(buckets).length} buckets`;
}

/** The page, unformatted. */
export function accessPage(): string {
  const isClosed = ([name, { anon, authenticated }]: [string, TableAccess]) =>
    !isPublic(name) && Object.keys({ ...anon, ...authenticated }).length === 0;
  const exposed = Object.entries(tables).filter((one) => !isClosed(one));
  const hidden = Object.entries(tables).filter(isClosed).map(([name]) => name);
  const opened = Object.keys(schemas).map((name) => `\`${name}\``).toSorted().join(" and ");
  return `${introduction}
## Tables and views of \`public\`

${exposed.toSorted(byName).map(tableEntry).join("\n")}

The service role does less than everything with:

${lessThanEverything()}

## Tables of \`private\`

PostgREST does not expose the schema: a request for it is \`PGRST106\`, also with the secret key. Neither anon nor
authenticated has a grant on any of its ${hidden.length} tables, and row-level security is on without a policy, so
that a grant made by mistake still shows nothing. The roles may use the schemas ${opened}, in which policies find
their functions, and make nothing there.

${hidden.toSorted().map((name) => `\`${name.replace("private.", "")}\``).join(", ")}.

${functionsPage()}

${bucketsPage()}
`;
}
