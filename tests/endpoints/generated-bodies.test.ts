/**
 * Bodies that are right but for a field or two, made from each declared schema: refused exactly where
 * the schema says so, and otherwise answered as declared. A failure prints the smallest body found and
 * the seed; GENERATED_REQUESTS sets how many requests each endpoint gets.
 */
import fc from "fast-check";
import { fixtureTargets } from "./suite/fixture.ts";
import { mustBeRefused, nearlyRightBodies } from "./suite/body.ts";
import { expectProblem } from "./suite/reply.ts";
import { send } from "./suite/send.ts";
import { productTargets, type Target } from "./suite/target.ts";

const numRuns = Number(Deno.env.get("GENERATED_REQUESTS") ?? "60");

const fixture = await fixtureTargets();
Deno.test.beforeAll(fixture.start);
Deno.test.afterAll(fixture.stop);

async function checkBody(target: Target, body: unknown): Promise<void> {
  const text = JSON.stringify(body);
  const reply = await send(target, { body: text, headers: { "content-type": "application/json" } });
  if (mustBeRefused(target.declaration.body!, JSON.parse(text))) {
    expectProblem(reply, "invalid_body", text);
  }
}

for (const target of [...await productTargets(), ...fixture.targets]) {
  const { body } = target.declaration;
  if (body === undefined) continue;
  Deno.test(`${target.label}: ${numRuns} nearly right bodies are answered as declared`, async () => {
    // `keyed` would wait for a release that does not come.
    const bodies = nearlyRightBodies(body).filter((one) =>
      (one as { wait?: unknown })?.wait !== true
    );
    const property = fc.asyncProperty(bodies, (one) => checkBody(target, one));
    await fc.assert(property, { numRuns, endOnFailure: false });
  });
}
