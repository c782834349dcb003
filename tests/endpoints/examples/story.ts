/** Where examples happen: a stack of their own, so that what they see is what they have made. */
import { createHmac } from "node:crypto";
import { connect } from "../../support/connect.ts";
import type { OwnStack } from "../../support/own-stack.ts";
import { buy } from "../../support/purchases.ts";
import { call, type StackAddress } from "../../support/stack.ts";
import { delivered } from "../../support/stripe-local.ts";
import { signUp, signUpStaff, type TestUser } from "../../support/users.ts";
import { waitFor } from "../../support/wait.ts";

/** People and things of the examples. Everybody in it is called Ada, staff is called Grace. */
export class Story {
  readonly at: StackAddress;
  readonly sql: ReturnType<typeof connect>;
  readonly #own: OwnStack;
  #staff: Promise<TestUser> | undefined;
  #payer: Promise<TestUser> | undefined;

  constructor(own: OwnStack) {
    this.#own = own;
    this.at = own.at;
    this.sql = connect(own.at);
  }

  /** A variable of the functions, such as the secret of a hook. */
  secret(name: string): string {
    const value = this.#own.stack.functionsEnv[name];
    if (value === undefined) throw new Error(`the functions have no ${name}`);
    return value;
  }

  /** Somebody who has just signed up. */
  ada(): Promise<TestUser> {
    return signUp({ on: this.at, name: "Ada Lovelace", email: this.address("ada") });
  }

  staff(): Promise<TestUser> {
    this.#staff ??= signUpStaff({
      on: this.at,
      name: "Grace Hopper",
      email: this.address("grace"),
    });
    return this.#staff;
  }

  /** An address that is nobody's; in the example it is `<name>@example.com`. */
  address(name: string): string {
    return `${name}-${crypto.randomUUID()}@example.com`;
  }

  /** A token as our links have it. */
  signed(purpose: string, text: string): string {
    const mac = createHmac("sha256", this.secret("LINK_SECRET")).update(`${purpose}:${text}`);
    return `${text}.${mac.digest("base64url")}`;
  }

  /** The answer of an endpoint, which must be a success. */
  async call(
    method: string,
    path: string,
    as: TestUser | undefined,
    body?: unknown,
    headers: Record<string, string> = {},
    // deno-lint-ignore no-explicit-any -- an example takes from it what it needs
  ): Promise<any> {
    const answer = await call(method, path, {
      on: this.at,
      headers,
      ...(as && { token: as.token }),
      ...(body !== undefined && { body }),
    });
    if (answer.status >= 300) {
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    return answer.body;
  }

  /** Until Stripe's events and every job that followed from anything are done. */
  async settled(): Promise<void> {
    await delivered(this.at);
  }

  /** Somebody whose personal workspace pays for the plan Basic by the month. */
  async subscriber(price_id = "price_monthly_basic"): Promise<TestUser> {
    const ada = await this.ada();
    await buy(ada, { price_id }, this.at);
    await this.settled();
    return ada;
  }

  /** A subscriber for examples that leave the subscription as it is. */
  payer(): Promise<TestUser> {
    this.#payer ??= this.subscriber();
    return this.#payer;
  }

  /** Asks until the answer is as wanted. */
  // deno-lint-ignore no-explicit-any -- an example takes from it what it needs
  until(what: string, path: string, as: TestUser, wanted: (body: any) => boolean): Promise<any> {
    return waitFor(what, async () => {
      const body = await this.call("GET", path, as);
      return wanted(body) && body;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sql.end();
  }
}
