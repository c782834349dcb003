/** What an entry of the access matrix may say. */

/** Condition on a row, in SQL; `$me` is the id of the user who calls. */
export type Rows = string;

/** What a role may do. A verb that is missing is refused with 42501. */
export interface Verbs {
  select?: Rows;
  /** Columns that may be given; the others take their defaults. */
  insert?: { rows: Rows; columns: string[] };
  /** Columns that may be changed: anything else is mass assignment. */
  update?: { rows: Rows; columns: string[] };
  delete?: Rows;
}

/** The rows that make a table worth trying: made once for each of two workspaces. */
export interface Owner {
  userId: string;
  workspaceId: string;
  /** Who operates the product and is in neither workspace: one for each owner's sample. */
  staffId: string;
  /** A text that no other row has. */
  unique: string;
  /** The sample of an earlier table for the same owner. */
  row(table: string): Record<string, unknown>;
}

export type Sample = Record<string, unknown>;

export interface TableAccess {
  columns: string[];
  /** A view that joins tables: it is read, and what its tables give is what is proven. */
  view?: true;
  anon: Verbs;
  authenticated: Verbs;
  service_role: Verbs | typeof everything;
  /** Staff read it by an endpoint and not under RLS: asking for them would take the index from the others. */
  staffReadBy?: "endpoint";
  /** A row, or several, of an owner; "sign-up" where its triggers make them. */
  samples: "sign-up" | ((owner: Owner) => Sample[]);
}

export interface FunctionAccess {
  /** Who may execute it. Anyone else meets 42501. */
  execute: ("anon" | "authenticated" | "service_role")[];
  /** Runs with its owner's rights: private functions alone, each with a reason in its comment. */
  definer?: true;
}

export interface BucketAccess {
  public: boolean;
  fileSizeLimit: number;
  mimeTypes: string[];
  /** Its files are written by the server alone; each user reads the own ones. */
  readOnly?: true;
  /** Its files are nobody's own: staff do this with all of them, whoever wrote them, and nobody else anything. */
  staff?: ("insert" | "select" | "update" | "delete")[];
  /** The table whose rows have its folders, by id; where none is named, users have. */
  foldersOf?: string;
  /** A file's name that is its owner's: each user reads, writes and deletes only such files. */
  own(userId: string, rowId?: string): string;
  /** Names that even its owner may not write. */
  refused(userId: string, rowId?: string): string[];
}

/** Refused throughout. */
export const none: Verbs = {};
export const everyRow: Rows = "true";
/** Each verb on each row and column: the service role, which bypasses policies but not grants. */
export const everything = "everything";

/** What a role may do, said in full where the matrix says everything. */
export function verbsOf(
  access: TableAccess,
  role: "anon" | "authenticated" | "service_role",
): Verbs {
  const verbs = access[role];
  if (verbs !== everything) return verbs;
  const all = { rows: everyRow, columns: access.columns };
  return { select: everyRow, insert: all, update: all, delete: everyRow };
}

/** Conditions by what a reader calls them, for the page made from the matrix. */
export const namedRows = new Map<Rows, string>();
/** A condition that the page names instead of quoting. */
export function named(words: string, rows: Rows): Rows {
  namedRows.set(rows, words);
  return rows;
}

/** Rows that are the caller's own. */
export const mine = (column: string): Rows => `${column} = $me`;
/** Rows of workspaces in which the caller is a member, in one of `roles` when given. */
export const ofMyWorkspaces = (column: string, ...roles: string[]): Rows =>
  `${column} in (select workspace_id from public.workspace_members where user_id = $me` +
  (roles.length > 0 ? ` and role in (${roles.map((role) => `'${role}'`).join(", ")})` : "") + ")";
/** Every row for who operates the product, none for others. */
export const byStaff: Rows = "exists (select from private.staff where user_id = $me)";
/** Rows that `rows` names, and all of them for who operates the product. */
export const orStaff = (rows: Rows): Rows => `((${rows}) or ${byStaff})`;

/** A table that the API does not reach at all. */
export const serverOnly = { anon: none, authenticated: none, service_role: everything } as const;

/** Names, separated by white space. */
export function words(text: string): string[] {
  return text.trim().split(/\s+/);
}
