import * as z from "zod";
import { rows } from "../database.ts";
import { log } from "../log.ts";
import { jobKind, succeeded } from "./kind.ts";

/** Once a day: tips for those who signed up a few days ago. */
export const gettingStarted = jobKind({
  schema: z.object({}),
  timeoutMs: 60_000,
  async handle({ admin }) {
    log("info", {
      event: "getting_started",
      mails: await rows(admin.rpc("getting_started_mails")),
    });
    return succeeded;
  },
});
