/**
 * Bodies that are right but for a field or two, made from each declared schema: refused exactly where
 * the schema says so, and otherwise answered as declared. A failure prints the smallest body found and
 * the seed; GENERATED_REQUESTS sets how many requests each endpoint gets.
 */
import fc from "fast-check";
import { generatedRequests } from "./suite/case.ts";
import { fixtureTargets } from "./suite/fixture.ts";
import { mustBeRefused, nearlyRightBodies } from "./suite/body.ts";
import { expectProblem } from "./suite/reply.ts";
import { send } from "./suite/send.ts";
import { productTargets, type Target } from "./suite/target.ts";

const numRuns = generatedRequests;

const fixture = await fixtureTargets();
Deno.test.beforeAll(fixture.start);
Deno.test.afterAll(fixture.stop);

/** What is taken is worked on, which costs (a sign-up hashes a password): a tenth may be. */
const mostTaken = Math.ceil(numRuns / 10);

async function checkBody(target: Target, text: string, refuse: boolean): Promise<void> {
  const reply = await send(target, { body: text, headers: { "content-type": "application/json" } });
  if (refuse) expectProblem(reply, "invalid_body", text);
}

for (const target of [...await productTargets(), ...fixture.targets]) {
  const { body } = target.declaration;
  if (body === undefined) continue;
  Deno.test(`${target.label}: ${numRuns} nearly right bodies are answered as declared`, async () => {
    let taken = 0;
    const property = fc.asyncProperty(nearlyRightBodies(body), async (one) => {
      const text = JSON.stringify(one);
      const refuse = mustBeRefused(body, JSON.parse(text));
      if (refuse || ++taken <= mostTaken) await checkBody(target, text, refuse);
    });
    await fc.assert(property, { numRuns });
  });
}
