/** Carts in Redis: what is in them, and the few ways to change that. What they show is in view.ts. */
import { createHash } from "node:crypto";
import type { Redis } from "@upstash/redis";
import {
  addScript,
  clearScript,
  mergeScript,
  readScript,
  setScript,
  takeScript,
} from "./scripts.ts";

/** Whose cart: `user:<id>`, or `guest:<hash of the cart's id>`. */
export type CartName = `user:${string}` | `guest:${string}`;

/** A line as it is kept. */
export interface StoredLine {
  variantId: string;
  quantity: number;
  /** What one cost when it was last added, in minor units of the list's currency. */
  unitAmount: number;
  priceListId: string;
  /** The cart's clock when the line was put in: lines are in this order. */
  seq: number;
  /** How many a merge found wanted, where it kept fewer; 0 otherwise. */
  wanted: number;
}

/** What a merge had no room for. */
export interface LeftOut {
  variantId: string;
  quantity: number;
}

/** A cart as it is kept. */
export interface StoredCart {
  lines: StoredLine[];
  leftOut: LeftOut[];
  /** The cart's clock: what is put in later is told apart by it. */
  clock: number;
}

/** A cart without anything. */
export const emptyCart: StoredCart = { lines: [], leftOut: [], clock: 0 };

/** What became of a change: the cart; or `dead`, it was merged into a user's; or why it was refused. */
export type Changed<Refusal extends string = never> =
  | { cart: StoredCart }
  | { refused: "dead" | Refusal };

type Told = [status: string, fields?: unknown[], ...rest: unknown[]];

const keyOf = (name: CartName) => `cart:${name}`;

async function run<T>(redis: Redis, script: string, keys: CartName[], args: unknown[]): Promise<T> {
  return await redis.createScript<T>(script).exec(keys.map(keyOf), args.map(String));
}

function parseLine(variantId: string, value: string): StoredLine {
  const [quantity, unitAmount, priceListId, seq, wanted] = value.split(" ");
  return {
    variantId,
    quantity: Number(quantity),
    unitAmount: Number(unitAmount),
    priceListId: priceListId!,
    seq: Number(seq),
    wanted: Number(wanted),
  };
}

function parseCart(flat: unknown[]): StoredCart {
  const cart: StoredCart = { lines: [], leftOut: [], clock: 0 };
  for (let index = 0; index < flat.length; index += 2) {
    const [field, value] = [String(flat[index]), String(flat[index + 1])];
    if (/^[0-9a-f-]{36}$/.test(field)) cart.lines.push(parseLine(field, value));
    else if (field === "seq") cart.clock = Number(value);
    else if (field.startsWith("out:")) {
      cart.leftOut.push({ variantId: field.slice(4), quantity: Number(value) });
    }
  }
  cart.lines.sort((one, other) =>
    one.seq - other.seq || one.variantId.localeCompare(other.variantId)
  );
  return cart;
}

function changed<Refusal extends string>([status, fields]: Told): Changed<Refusal> {
  return status === "ok"
    ? { cart: parseCart(fields ?? []) }
    : { refused: status as "dead" | Refusal };
}

/** Reads a cart, which counts as touching it; undefined when it was merged into a user's. */
export async function readCart(redis: Redis, name: CartName): Promise<StoredCart | undefined> {
  return (await readCarts(redis, [name]))[0];
}

/** Reads several in one round trip. */
export async function readCarts(
  redis: Redis,
  names: CartName[],
): Promise<(StoredCart | undefined)[]> {
  const replies = await run<Told[]>(redis, readScript, names, []);
  return replies.map(([status, fields]) => status === "ok" ? parseCart(fields ?? []) : undefined);
}

/**
 * Adds to a line, or puts one in. Refused with `full` where the cart would have too many lines, with
 * `most` where the line would have too many units, with `done` where the cart was merged into a user's
 * after the same request.
 *
 * @param once an Idempotency-Key: the second time within a day changes nothing
 */
export async function addToCart(
  redis: Redis,
  name: CartName,
  line: Pick<StoredLine, "variantId" | "quantity" | "unitAmount" | "priceListId">,
  once = "",
): Promise<Changed<"full" | "most" | "done">> {
  const { variantId, quantity, unitAmount, priceListId } = line;
  const hash = once && createHash("sha256").update(once).digest("base64url").slice(0, 22);
  const args = [variantId, quantity, unitAmount, priceListId, Date.now(), hash];
  const told = await run<Told | ["dead", CartName]>(redis, addScript, [name], args);
  if (told[0] !== "dead") return changed(told as Told);
  const done = once !== "" && await redis.hexists(keyOf(told[1] as CartName), `did:${hash}`) === 1;
  return { refused: done ? "done" : "dead" };
}

/** Sets a line's quantity; refused with `missing` where there is none. */
export async function setQuantity(
  redis: Redis,
  name: CartName,
  variantId: string,
  quantity: number,
): Promise<Changed<"missing">> {
  return changed(await run<Told>(redis, setScript, [name], [variantId, quantity]));
}

/** Takes a line out, if it is there. */
export function removeLine(redis: Redis, name: CartName, variantId: string): Promise<Changed> {
  return setQuantity(redis, name, variantId, 0) as Promise<Changed>;
}

/** Takes all lines out. */
export async function clearCart(redis: Redis, name: CartName): Promise<Changed> {
  return changed(await run<Told>(redis, clearScript, [name], []));
}

/**
 * Moves a guest's cart into a user's: quantities sum up to the most that can be had. The guest's is dead
 * from then on; a second merge of it changes nothing.
 *
 * @param most how many units can be had, by variant; one that is missing is not cut by it
 */
export async function mergeCarts(
  redis: Redis,
  guest: CartName,
  user: CartName,
  most: Map<string, number>,
): Promise<StoredCart> {
  const args = [user, ...[...most].flat()];
  const [, fields, unnoted] = await run<Told>(redis, mergeScript, [guest, user], args);
  const cart = parseCart(fields ?? []);
  const pairs = (unnoted ?? []) as unknown[];
  for (let index = 0; index < pairs.length; index += 2) {
    cart.leftOut.push({ variantId: String(pairs[index]), quantity: Number(pairs[index + 1]) });
  }
  return cart;
}

/**
 * Takes what an order bought out of the cart it was placed from, once for each order. A guest's cart that
 * was merged since is followed into the user's.
 *
 * @param clock the cart's clock when the order was placed
 */
export async function takeFromCart(
  redis: Redis,
  name: CartName,
  clock: number,
  orderId: string,
  bought: Pick<StoredLine, "variantId" | "quantity">[],
): Promise<void> {
  const args = [
    orderId,
    clock,
    Date.now(),
    ...bought.flatMap(({ variantId, quantity }) => [variantId, quantity]),
  ];
  const [status, heir] = await run<[string, string?]>(redis, takeScript, [name], args);
  if (status === "moved") await run(redis, takeScript, [heir as CartName], args);
}
