/**
 * The link that ends a topic for one user. It is signed and does not expire, since a mail is opened years
 * later; it can do nothing but this.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { env, publicUrl } from "../env.ts";
import { problem } from "../problem.ts";
import { sitePage } from "../redirects.ts";
import { TOPIC_NAMES, type TopicName } from "./topics.ts";

/** UNSUBSCRIBE_SECRET holds one secret or several, comma-separated: the first signs, each is believed. */
function secrets(): string[] {
  return env("UNSUBSCRIBE_SECRET").split(",").map((secret) => secret.trim()).filter(Boolean);
}

function signature(userId: string, topic: string, secret: string): string {
  return createHmac("sha256", secret).update(`unsubscribe:${userId}:${topic}`).digest("base64url");
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => new TextEncoder().encode(text)) as [
    Uint8Array,
    Uint8Array,
  ];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Whom and what a link is about. */
export interface Unsubscription {
  userId: string;
  topic: TopicName;
}

/** The token of a link. The same each time: a retried mail must be the same mail. */
export function unsubscribeToken({ userId, topic }: Unsubscription): string {
  return `${userId}.${topic}.${signature(userId, topic, secrets()[0]!)}`;
}

/** @throws {Problem} `unsubscribe_link_invalid` */
export function readUnsubscribeToken(token: string): Unsubscription {
  const [userId = "", topic = "", mac = "", ...more] = token.split(".");
  const known = (TOPIC_NAMES as readonly string[]).includes(topic) &&
    z.guid().safeParse(userId).success && more.length === 0;
  const good = known && secrets().some((secret) => isSame(mac, signature(userId, topic, secret)));
  if (!good) throw problem("unsubscribe_link_invalid");
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
