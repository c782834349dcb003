/** A stack of a test file's own whose functions reach Stripe through a proxy that can be broken. */
import { connect } from "./connect.ts";
import { type FaultyProxy, startFaultyProxy } from "./faulty-proxy.ts";
import { type OwnStack, startOwnStack } from "./own-stack.ts";
import type { StackAddress } from "./stack.ts";

export interface FaultyStack {
  /** Between the functions and the local Stripe; mended after each test. */
  proxy: FaultyProxy;
  on: StackAddress;
  sql: ReturnType<typeof connect>;
}

/** Starts it before the file's tests, tells of its parts, and takes it down after them. */
export function withFaultyStack(ready: (parts: FaultyStack) => void): void {
  let proxy: FaultyProxy | undefined;
  let own: OwnStack | undefined;
  let sql: FaultyStack["sql"] | undefined;
  Deno.test.beforeAll(async () => {
    proxy = await startFaultyProxy();
    own = await startOwnStack({ stripeProxy: proxy });
    sql = connect(own.at);
    ready({ proxy, on: own.at, sql });
  });
  Deno.test.afterEach(() => proxy?.mendAll());
  Deno.test.afterAll(async () => {
    await sql?.end();
    await own?.[Symbol.asyncDispose]();
    await proxy?.[Symbol.asyncDispose]();
  });
}
