/** Whose order it is: the user's who placed it, or whoever's holds its signed link. */
import * as z from "zod";
import type { User } from "../../declaration.ts";
import { problem } from "../../problem.ts";
import { readSignedText } from "../../signed-text.ts";

/** What names an order: its id for the user who placed it, or the token of its link for a guest. */
export const named = {
  order_id: z.guid().optional(),
  /** What is in the link of a guest's mails, and what checkout-create gave. */
  order_token: z.string().min(1).max(200).optional(),
};

/** What the RPCs take. */
export interface Proof {
  order_id: string;
  buyer: string;
  by_token: boolean;
}

/**
 * @throws {Problem} `order_not_found`: neither a token of ours, nor an id with a signed-in user; the RPC
 *   says the same of another's order
 */
export function proofOf(
  { order_id, order_token }: {
    order_id?: string | undefined;
    order_token?: string | undefined;
  },
  user: User | undefined,
): Proof {
  if (order_token !== undefined) {
    const proven = readSignedText("order", order_token);
    if (proven !== undefined) {
      return { order_id: proven, buyer: (user?.id ?? null) as string, by_token: true };
    }
  } else if (order_id !== undefined && user !== undefined) {
    return { order_id, buyer: user.id, by_token: false };
  }
  throw problem("order_not_found");
}
