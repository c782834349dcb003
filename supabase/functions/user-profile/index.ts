import * as z from "zod";
import {
  changeProfile,
  Profile,
  readProfile,
  type TaggedProfile,
  WritableProfile,
} from "../_shared/accounts/profile.ts";
import { personalSubscription, Subscription } from "../_shared/billing/subscription.ts";
import type { Db } from "../_shared/database.ts";
import { endpoint, methods } from "../_shared/endpoint.ts";

const shared = {
  auth: "user",
  reply: z.object({ profile: Profile, subscription: Subscription.nullable() }),
} as const;

/** The reply of all three methods, with the ETag that `If-Match` takes. */
async function reply(
  { db, user, headers }: { db: Db; user: { id: string }; headers: Headers },
  tagged: Promise<TaggedProfile>,
) {
  const [{ profile, etag }, subscription] = await Promise.all([
    tagged,
    personalSubscription(db, user.id),
  ]);
  headers.set("etag", etag);
  return { profile, subscription };
}

/** The caller's profile and the subscription of the personal workspace. */
export default methods(
  endpoint({
    ...shared,
    summary: "Read one's profile and subscription.",
    method: "GET",
    limit: "read",
    problems: ["profile_not_found"],
  }, (context) => reply(context, readProfile(context.db, context.user.id))),
  endpoint({
    ...shared,
    summary: "Change some fields of one's profile.",
    method: "PATCH",
    limit: "write",
    ifMatch: true,
    body: WritableProfile.partial(),
    problems: ["profile_not_found"],
  }, (context) => reply(context, change(context))),
  endpoint({
    ...shared,
    summary: "Replace what one may write of one's profile.",
    method: "PUT",
    limit: "write",
    ifMatch: true,
    body: WritableProfile,
    problems: ["profile_not_found"],
  }, (context) => reply(context, change(context))),
);

function change(
  { db, user, body, request }: {
    db: Db;
    user: { id: string };
    body: Parameters<typeof changeProfile>[2];
    request: Request;
  },
): Promise<TaggedProfile> {
  return changeProfile(db, user.id, body, request.headers.get("if-match"));
}
