/** The access matrix of your own tables: `task new endpoint --table` puts them here, upgrades leave it alone. */
import type { FunctionAccess, TableAccess } from "../access.ts";

export const ownTables: Record<string, TableAccess> = {};

/** Functions of your own in SQL, by name and argument types. */
export const ownFunctions: Record<string, FunctionAccess> = {};
