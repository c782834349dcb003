/** What a key may be used for: each endpoint that takes keys declares one scope. */
import * as z from "zod";

/** Every scope there is. Read does not follow from write: a key carries exactly what it was given. */
export const scopes = ["workspace:read", "workspace:write"] as const;

/** A scope. */
export const Scope = z.enum(scopes);

/** The name of a scope. */
export type ScopeName = z.infer<typeof Scope>;
