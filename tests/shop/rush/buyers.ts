/** Buyers of a rush: each asks for a few things, and then pays, or does something else. */
import { ok } from "node:assert/strict";
import { type Answer, call, type StackAddress, stripeSdk } from "../../support/stack.ts";
import { shuffled } from "../../support/random.ts";

/** What a buyer does once he is on Stripe's page. */
export type Intention =
  | "pays"
  | "pays in two tabs"
  | "pays after a decline"
  | "gives up after a decline"
  | "leaves"
  | "closes the page"
  | "pays by a debit"
  | "debits what bounces";

/** How often each is meant, in a hundred. */
const shares: [Intention, number][] = [
  ["pays", 50],
  ["pays in two tabs", 8],
  ["pays after a decline", 8],
  ["gives up after a decline", 6],
  ["leaves", 12],
  ["closes the page", 6],
  ["pays by a debit", 5],
  ["debits what bounces", 5],
];

/** A buyer, and what became of his request. */
export interface Buyer {
  email: string;
  /** Where he comes from: what one address may hold is limited. */
  address: string;
  intention: Intention;
  items: { variant_id: string; quantity: number }[];
  /** Fills a cart first, which what is bought then leaves. */
  withCart: boolean;
  /** Of his cart. */
  cart: string | undefined;
  /** A code with fewer redemptions than there are who want it. */
  code: string | undefined;
  /** Undefined where there was not enough. */
  order: { id: string; session: string; url: string } | undefined;
}

/** Who comes to buy which of some variants: carts of one, two and three. */
export function buyersOf(
  { variants, code }: { variants: string[]; code: string },
  count: number,
  random: () => number,
): Buyer[] {
  return Array.from({ length: count }, (_, index) => ({
    email: `rush-${index}-${crypto.randomUUID()}@example.com`,
    address: `198.51.${100 + (index >> 8)}.${index & 255}`,
    intention: intentionOf(random() * 100),
    items: shuffled(variants, random).slice(0, 1 + Math.floor(random() * 3))
      .map((variant_id) => ({ variant_id, quantity: random() < 0.8 ? 1 : 2 })),
    withCart: random() < 0.4,
    cart: undefined,
    code: random() < 0.4 ? code : undefined,
    order: undefined,
  }));
}

function intentionOf(percent: number): Intention {
  let passed = 0;
  for (const [intention, share] of shares) {
    passed += share;
    if (percent < passed) return intention;
  }
  return "pays";
}

/** Calls until there is an answer that is one: functions die under it. */
async function insist(
  path: string,
  on: StackAddress,
  request: { body: () => unknown; headers: Record<string, string> },
): Promise<Answer> {
  for (let attempt = 0; attempt < 60; attempt++) {
    // A key of its own each time: the one of a request that died is held for as long as it might run.
    const headers = { ...request.headers, "idempotency-key": crypto.randomUUID() };
    const answer = await call("POST", path, { on, body: request.body(), headers })
      .catch((error: Error) => error);
    if (answer instanceof Error) continue;
    if (answer.status < 500 && answer.body.code !== "order_pending") return answer;
    await answered(100);
  }
  throw new Error(`${path} never answered`);
}

function from({ address, cart }: Buyer): Record<string, string> {
  return { "x-forwarded-for": address, ...(cart !== undefined && { "x-cart-id": cart }) };
}

/** Puts what he wants into a cart, one thing after the other. `cart` is not among what is killed. */
async function fillCart(buyer: Buyer, on: StackAddress): Promise<void> {
  for (const item of buyer.items) {
    const { status, body } = await call("POST", "cart", { on, body: item, headers: from(buyer) });
    ok(status === 200, `${status} ${JSON.stringify(body)}`);
    buyer.cart = body.cart.cart_id;
  }
}

async function checkout(buyer: Buyer, on: StackAddress): Promise<Answer> {
  const body = () => ({
    ...(buyer.cart === undefined && { items: buyer.items }),
    ...(buyer.code !== undefined && { discount_code: buyer.code }),
    email: buyer.email,
    success_url: `${on.siteUrl}/order/return?session_id={CHECKOUT_SESSION_ID}`,
    cancel_url: `${on.siteUrl}/cart`,
  });
  const headers = from(buyer);
  const answer = await insist("checkout-create", on, { body, headers });
  if (answer.body.code !== "discount_used_up") return answer;
  buyer.code = undefined;
  return await insist("checkout-create", on, { body, headers });
}

/** A client waits between its tries. */
function answered(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function fill(url: string, form: Record<string, string>): Promise<number> {
  const reply = await fetch(`${url}/pay`, {
    method: "POST",
    body: new URLSearchParams(form),
    redirect: "manual",
  });
  await reply.body?.cancel();
  return reply.status;
}

const good = { card_number: "4242424242424242" };
const declined = { card_number: "4000000000000002" };
// https://docs.stripe.com/payments/sepa-debit/accept-a-payment#test-integration
const debit = { name: "Ada", iban: "AT321904300235473204" };
const bouncing = { name: "Ada", iban: "AT051904300235473205" };

/** What was done on Stripe's page; whatever it answers, Stripe's books say what came of it. */
async function act({ intention }: Buyer, session: string, url: string, on: StackAddress) {
  switch (intention) {
    case "pays":
      return void await fill(url, good);
    case "pays in two tabs":
      return void await Promise.all([fill(url, good), fill(url, good)]);
    case "pays after a decline":
      await fill(url, declined);
      return void await fill(url, good);
    case "gives up after a decline":
      return void await fill(url, declined);
    case "leaves":
      return;
    case "closes the page":
      return void await stripeSdk(on).checkout.sessions.expire(session);
    case "pays by a debit":
      return void await fill(url, debit);
    case "debits what bounces":
      return void await fill(url, bouncing);
  }
}

/** Comes, asks twice at once where the seed says so, and does what is meant. */
export async function buyAsMeant(
  buyer: Buyer,
  on: StackAddress,
  { twice }: { twice: boolean },
): Promise<void> {
  if (buyer.withCart) await fillCart(buyer, on);
  const answers = await Promise.all(
    Array.from({ length: twice ? 2 : 1 }, () => checkout(buyer, on)),
  );
  const placed = answers.filter(({ status }) => status === 200).map(({ body }) => body);
  for (const { status, body } of answers) {
    ok(status === 200 || body.code === "out_of_stock", `${status} ${JSON.stringify(body)}`);
  }
  const [first] = placed;
  if (first === undefined) return;
  ok(placed.every(({ order_id }) => order_id === first.order_id), "one cart, two orders");
  buyer.order = { id: first.order_id, session: first.session_id, url: first.checkout_url };
  await act(buyer, first.session_id, first.checkout_url, on);
}
