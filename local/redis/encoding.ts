import { Buffer } from "node:buffer";
import type { Reply } from "./backend.ts";

/** A reply as it stands in JSON. */
export type EncodedReply = string | number | null | EncodedReply[];

/** Text that is not UTF-8 loses bytes here, as it does at Upstash; base64 keeps them. */
export function plainReply(reply: Reply): EncodedReply {
  if (Array.isArray(reply)) return reply.map(plainReply);
  return reply instanceof Uint8Array ? Buffer.from(reply).toString() : reply;
}

/** Every string in base64, save the reply `OK` itself. */
export function base64Reply(reply: Reply): EncodedReply {
  return plainReply(reply) === "OK" ? "OK" : base64(reply);
}

function base64(reply: Reply): EncodedReply {
  if (Array.isArray(reply)) return reply.map(base64);
  if (reply === null || typeof reply === "number") return reply;
  return Buffer.from(reply as string).toString("base64");
}
