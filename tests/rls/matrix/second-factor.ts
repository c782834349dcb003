/** The access matrix of the rules about a second factor. */
import { type FunctionAccess, serverOnly, type TableAccess, words } from "../access.ts";

const caller: FunctionAccess = { execute: ["authenticated", "service_role"] };

export const secondFactorTables: Record<string, TableAccess> = {
  "private.second_factor_rules": {
    columns: words("audience required updated_at"),
    ...serverOnly,
    // Two rows that the migration makes.
    samples: "sign-up",
  },
};

export const secondFactorFunctions: Record<string, FunctionAccess> = {
  "public.second_factor_due()": caller,
  "public.staff_standing()": caller,
  "private.second_factor_due()": { ...caller, definer: true },
  "private.second_factor_given()": caller,
  "private.staff_standing()": { ...caller, definer: true },
};
