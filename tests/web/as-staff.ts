/** What a test file about staff's pages stands on: a stack of its own, and a member of staff to log in as. */
import type { BrowserContextOptions } from "playwright-core";
import { connect } from "../support/connect.ts";
import type { Sql } from "../support/database.ts";
import type { OwnStack } from "../support/own-stack.ts";
import { signUpStaff, type TestUser } from "../support/users.ts";
import { logInOn, type Visit } from "./browser.ts";
import { type InChromium, onOwnStack } from "./in-chromium.ts";

export interface AsStaff {
  chromium: InChromium<OwnStack>;
  /** Whether there is no Chromium, for `Deno.test`. */
  ignore: boolean;
  /** For a `beforeAll` of the file's own: nothing before the first test, or where there is no Chromium. */
  readonly sql: Sql;
  readonly staff: TestUser;
  /** A tab on one of the pages, logged in as staff; `await using` closes it. */
  staffTab(path: string, options?: BrowserContextOptions): Promise<Visit>;
}

export function asStaff(): AsStaff {
  const chromium = onOwnStack();
  let sql: Sql | undefined;
  let staff: TestUser | undefined;
  Deno.test.beforeAll(async () => {
    if (chromium.ignore) return;
    sql = connect(chromium.started.at);
    staff = await signUpStaff({ on: chromium.started.at });
  });
  Deno.test.afterAll(() => sql?.end());
  return {
    chromium,
    ignore: chromium.ignore,
    get sql() {
      return sql!;
    },
    get staff() {
      return staff!;
    },
    async staffTab(path, options) {
      const tab = await chromium.visit(options);
      await tab.page.goto(path);
      await logInOn(tab.page, staff!);
      return tab;
    },
  };
}
