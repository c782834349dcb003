/**
 * The link that ends a topic for one user. It is signed and does not expire, since a mail is opened years
 * later; it can do nothing but this.
 */
import * as z from "zod";
import { publicUrl } from "../env.ts";
import { problem } from "../problem.ts";
import { sitePage } from "../redirects.ts";
import { readSignedText, signText } from "../signed-text.ts";
import { TOPIC_NAMES, type TopicName } from "./topics.ts";

/** Whom and what a link is about. */
export interface Unsubscription {
  userId: string;
  topic: TopicName;
}

/** The token of a link. The same each time: a retried mail must be the same mail. */
export function unsubscribeToken({ userId, topic }: Unsubscription): string {
  return signText("unsubscribe", `${userId}.${topic}`);
}

/** @throws {Problem} `unsubscribe_link_invalid` */
export function readUnsubscribeToken(token: string): Unsubscription {
  const [userId = "", topic = "", ...more] = readSignedText("unsubscribe", token)?.split(".") ?? [];
  const known = (TOPIC_NAMES as readonly string[]).includes(topic) &&
    z.guid().safeParse(userId).success && more.length === 0;
  if (!known) throw problem("unsubscribe_link_invalid");
  return { userId, topic: topic as TopicName };
}

/** Where a mail's two links lead: for a mail program, by one POST; and for a person. */
export function unsubscribeLinks(about: Unsubscription): { oneClick: string; page: string } {
  const token = unsubscribeToken(about);
  return {
    oneClick: `${publicUrl()}/functions/v1/mail-unsubscribe?token=${token}`,
    page: sitePage(`/unsubscribe?token=${token}`),
  };
}
