import type Stripe from "stripe";

/** What the receiver's webhooks are signed with. */
export const secret = "whsec_test";

export interface Received {
  body: string;
  signature: string;
  event: Stripe.Event;
}

/** An address that takes webhooks, answers as told, and says when something holds of what it got. */
export class Receiver {
  readonly received: Received[] = [];
  /** The status to answer a delivery with. */
  answer: (received: Received) => number | Promise<number> = () => 200;
  #server: Deno.HttpServer<Deno.NetAddr>;
  #waiting: { holds: () => boolean; resolve: () => void }[] = [];

  constructor() {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      async (request) => {
        const body = await request.text();
        const signature = request.headers.get("stripe-signature") ?? "";
        const received = { body, signature, event: JSON.parse(body) };
        this.received.push(received);
        for (const one of this.#waiting) if (one.holds()) one.resolve();
        return new Response(null, { status: await this.answer(received) });
      },
    );
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/hook`;
  }

  types(): string[] {
    return this.received.map(({ event }) => event.type);
  }

  until(holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ holds, resolve });
    return promise;
  }

  async stop(): Promise<void> {
    await this.#server.shutdown();
  }
}

/** Runs a test with a receiver of its own. */
export async function withReceiver(run: (receiver: Receiver) => Promise<void>): Promise<void> {
  const receiver = new Receiver();
  try {
    await run(receiver);
  } finally {
    await receiver.stop();
  }
}

/** Asks until no delivery is pending: each answer comes after a round trip, none after a delay. */
export async function allDelivered(url: string): Promise<void> {
  for (;;) {
    const { count } = await (await fetch(`${url}/_local/webhooks`)).json();
    if (count === 0) return;
  }
}
