import * as z from "zod";
import { rows } from "../_shared/database.ts";
import { endpoint, methods } from "../_shared/endpoint.ts";
import { TOPIC_NAMES } from "../_shared/mail/topics.ts";
import { readUnsubscribeToken } from "../_shared/mail/unsubscribe.ts";
import { sitePage } from "../_shared/redirects.ts";

const query = z.strictObject({ token: z.string().min(1).max(300) });

/**
 * What `List-Unsubscribe` of a mail names. Its POST is the one click of RFC 8058, by a mail program without
 * any session. A GET, by a program that knows no one-click or by whatever follows links in mails, changes
 * nothing: it leads to the page that asks.
 */
export default methods(
  endpoint({
    summary: "Turn a topic of mail off by the link of a mail (RFC 8058).",
    method: "POST",
    auth: "none",
    elevated:
      "writes a user's preference without a session; the token's signature names user and topic",
    // Mail providers click for many readers from few addresses.
    limit: "none",
    query,
    form: z.object({ "List-Unsubscribe": z.literal("One-Click") }),
    reply: z.object({ topic: z.enum(TOPIC_NAMES), subscribed: z.literal(false) }),
    problems: ["unsubscribe_link_invalid"],
  }, async ({ query, admin }) => {
    const { userId, topic } = readUnsubscribeToken(query.token);
    await rows(admin.rpc("mail_unsubscribe", { user_id: userId, topic }));
    return { topic, subscribed: false as const };
  }),
  endpoint({
    summary: "Lead to the page that asks whether to turn a topic of mail off.",
    method: "GET",
    auth: "none",
    limit: "read",
    query,
    status: 303,
    reply: z.object({}),
    problems: [],
  }, ({ query, headers }) => {
    headers.set("location", sitePage(`/unsubscribe?token=${encodeURIComponent(query.token)}`));
    return {};
  }),
);
