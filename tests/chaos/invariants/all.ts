/** Every invariant, in the order in which the report tells them. */
import { accounts } from "./accounts.ts";
import { answers } from "./answers.ts";
import { billing } from "./billing.ts";
import type { Invariant } from "./invariant.ts";
import { mails } from "./mails.ts";
import { queue } from "./queue.ts";
import { run } from "./run.ts";
import { shopInvariants } from "../shop/invariants.ts";

export const invariants: readonly Invariant[] = [
  ...run,
  ...accounts,
  ...queue,
  ...billing,
  ...shopInvariants,
  ...mails,
  ...answers,
];
