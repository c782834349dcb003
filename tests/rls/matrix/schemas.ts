/** Schemas of the product's own, and what in them is neither a table, a view nor a function. */

const everybody = ["anon", "authenticated", "service_role"] as const;

/** Who may use which schema. PostgREST exposes public alone: config.toml, `[api] schemas`. */
export const schemas: Record<string, readonly string[]> = {
  // What policies and functions of callers ask of the server's side; its tables have no grants to them.
  private: everybody,
  public: everybody,
};

/** Sequences that are no identity column's; nobody may use one. */
export const sequences: readonly string[] = [];

/** Enums, domains and other types: text columns with a check constraint stand in their place. */
export const types: readonly string[] = [];
