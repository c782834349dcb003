/**
 * Generated from the declarations: an endpoint that is added is tested by being declared. What is
 * checked of each reply is in suite/reply.ts; the fixture's functions declare what no function of the
 * product does yet.
 */
import { bodyCases, sizeCases } from "./suite/body-cases.ts";
import { callerCases } from "./suite/caller-cases.ts";
import { testCases } from "./suite/case.ts";
import { fileCases } from "./suite/file-cases.ts";
import { fixtureTargets } from "./suite/fixture.ts";
import { requestCases } from "./suite/request-cases.ts";
import { productTargets } from "./suite/target.ts";

const fixture = await fixtureTargets();
Deno.test.beforeAll(fixture.start);
Deno.test.afterAll(fixture.stop);

testCases([...await productTargets(), ...fixture.targets], [
  ...callerCases,
  ...requestCases,
  ...bodyCases,
  ...sizeCases,
  ...fileCases,
]);
