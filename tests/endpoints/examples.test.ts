/**
 * The examples of the API reference happen again, and what comes must be what is written. With
 * `task examples` it is written anew instead.
 */
import assert from "node:assert/strict";
import { loadDeclarations } from "../../scripts/declarations.ts";
import { formatted } from "../../scripts/drift/formatted.ts";
import { examplesFolder, type Recorded } from "../../scripts/openapi/examples.ts";
import { endpointGroups } from "../../scripts/openapi/groups.ts";
import { operationIds } from "../../scripts/openapi/operation-id.ts";
import { type OwnStack, startOwnStack } from "../support/own-stack.ts";
import { accounts } from "./examples/accounts.ts";
import { billing } from "./examples/billing.ts";
import { machines } from "./examples/machines.ts";
import { record, servedIn } from "./examples/record.ts";
import { refusals } from "./examples/refusals.ts";
import { shopChapters } from "./examples/shop/mod.ts";
import { staff } from "./examples/staff.ts";
import { Story } from "./examples/story.ts";
import { targetsOf } from "./suite/target.ts";

/** Reconciliations count what is there: machines come first. */
const chapters = [machines, accounts, billing, ...shopChapters, staff, refusals];
const writing = Deno.env.get("SOCLE_EXAMPLES") === "write";

const declared = await loadDeclarations();
const idOf = operationIds(declared);

let own: OwnStack;
let story: Story;
Deno.test.beforeAll(async () => {
  own = await startOwnStack();
  story = new Story(own);
});
Deno.test.afterAll(async () => {
  await story?.[Symbol.asyncDispose]();
  await own?.[Symbol.asyncDispose]();
});

for (const { name, examples } of chapters) {
  Deno.test(`examples of the reference: ${name}`, async (t) => {
    const targets = new Map(
      targetsOf(declared, servedIn(story)).map((target) => [idOf(target), target]),
    );
    const file = new URL(`${name}.json`, examplesFolder);
    const written: Recorded[] = writing ? [] : JSON.parse(await Deno.readTextFile(file));
    const recorded: Recorded[] = [];
    for (const example of examples) {
      const { operation, title } = example;
      await t.step(`${operation}: ${title}`, async () => {
        const target = targets.get(operation);
        assert.ok(target, `no operation is called ${operation}`);
        const came = await record(target, example, story);
        recorded.push(came);
        if (writing) return;
        const kept = written.find((one) => one.operation === operation && one.title === title);
        assert.deepEqual(came, kept, "run `deno task examples` if this is as it should be");
      });
    }
    if (writing) {
      await Deno.mkdir(new URL(".", file), { recursive: true });
      await Deno.writeTextFile(file, await formatted(JSON.stringify(recorded), "json"));
    } else {
      assert.equal(written.length, examples.length, `${name}.json holds an example that is none`);
    }
  });
}

Deno.test("examples of the reference: every operation has one, but those of a clone's own; no two have one title", async () => {
  const all = chapters.flatMap(({ examples }) => examples);
  const shown = new Set(all.filter(({ refused }) => !refused).map(({ operation }) => operation));
  const groups = await endpointGroups();
  const missing = declared.filter((one) =>
    !shown.has(idOf(one)) && groups.get(one.name) !== "Yours"
  );
  assert.deepEqual(missing.map(idOf), []);
  assert.equal(new Set(all.map((one) => `${one.operation} ${one.title}`)).size, all.length);
});
