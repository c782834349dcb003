/**
 * Nothing is oversold, no order lost, nobody charged twice, whatever happens at once. The suite runs one
 * small rush; `task rush` runs twenty of 200 buyers for 37 of each of three things.
 */
import { ok } from "node:assert/strict";
import { connect } from "../support/connect.ts";
import { startOwnStack } from "../support/own-stack.ts";
import { rush } from "./rush/rush.ts";

const setting = (name: string, otherwise: number) => Number(Deno.env.get(name) ?? otherwise);
const runs = setting("RUSH_RUNS", 1);
const size = { buyers: setting("RUSH_BUYERS", 30), stock: setting("RUSH_STOCK", 7) };
const seed = setting("SEED", Math.floor(Math.random() * 2 ** 31));

Deno.test({
  name: `rush: ${size.buyers} buyers for ${size.stock} of each thing, SEED=${seed}`,
  // Which process runs a function, only Linux tells.
  ignore: Deno.build.os !== "linux",
  async fn() {
    const secret = "whsec_by_hand";
    for (let run = 0; run < runs; run++) {
      // A stack of its own each: no books of an earlier one to leaf through.
      await using own = await startOwnStack({ functionsEnv: { STRIPE_WEBHOOK_SECRET: secret } });
      const sql = connect(own.at);
      await using _connection = { [Symbol.asyncDispose]: () => sql.end() };
      const report = await rush({ sql, on: own.at, secret }, seed + run, size)
        .catch((error) => {
          throw new Error(`rush with SEED=${seed + run} failed: ${error.message}`, {
            cause: error,
          });
        });
      const file = Deno.env.get("RUSH_REPORT");
      if (file !== undefined) {
        await Deno.writeTextFile(file, JSON.stringify({ seed: seed + run, ...report }) + "\n", {
          append: true,
        });
      }
      ok(report.sold > 0 && report.refused > 0, "no rush at all");
      if (size.buyers < 100) continue;
      // Of so many, each of these happens to some.
      for (const what of ["ended", "redeemed", "killed", "withheld"] as const) {
        ok(report[what] > 0, `nothing was ${what}`);
      }
      ok(report.deliveries > report.events - report.withheld, "no event came twice");
    }
  },
});
