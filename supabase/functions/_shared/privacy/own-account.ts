/** Whether a token's user is still there: it is good for up to an hour, also when its user is gone. */
import { type Db, rows } from "../database.ts";
import { problem } from "../problem.ts";

/** @throws {Problem} `profile_not_found` where the user is gone */
export async function ownAccount(db: Db, userId: string): Promise<void> {
  const found = await rows(db.from("profiles").select("id").eq("id", userId).maybeSingle());
  if (found === null) {
    throw problem("profile_not_found", { detail: "This account does not exist any more." });
  }
}
