/** The access matrix of what follows when the database was taken back. */
import { type FunctionAccess, serverOnly, type TableAccess, words } from "../access.ts";

export const restoreTables: Record<string, TableAccess> = {
  "private.restores": {
    columns: words("id taken_at note begun_at mails_cursor mails_listed_at"),
    ...serverOnly,
    // Ended: an open one would hold every mail back.
    samples: () => [{
      taken_at: "2026-11-01T00:00:00Z",
      note: "a sample of the matrix",
      mails_listed_at: "2026-11-02T00:00:00Z",
    }],
  },
  "private.restore_mails": {
    columns: words("provider_id address_hash sent_at cause"),
    ...serverOnly,
    samples: ({ unique }) => [{
      provider_id: unique,
      address_hash: unique,
      sent_at: "2026-11-01T00:00:00Z",
    }],
  },
};

const server: FunctionAccess = { execute: ["service_role"] };

export const restoreFunctions: Record<string, FunctionAccess> = {
  "private.restore_begin(timestamp with time zone,text)": { execute: [] },
  "public.reconciliation_strangers(text[])": server,
  "public.restore_mail_causes(jsonb)": server,
  "public.restore_mails_unasked(integer)": server,
  "public.restore_mails_from(bigint)": server,
  "public.restore_mails_note(bigint,jsonb,text,boolean)": server,
};
