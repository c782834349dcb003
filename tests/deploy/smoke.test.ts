/** `task smoke` against a deployment that is well, and against ones where one step was forgotten. */
import assert from "node:assert/strict";
import { projectDir } from "../../local/stack.ts";
import { stack } from "../support/stack.ts";

async function smoke(url: string, key = stack.publishableKey) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      "scripts/smoke.ts",
      "--url",
      url,
      "--key",
      key,
      "--patience",
      "0",
    ],
    cwd: projectDir,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const output = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  return { code, output, failures: output.split("\n").filter((line) => line.startsWith("FAIL ")) };
}

/** The stack, with some answers replaced. */
async function withAnswers(
  answers: Record<string, () => Response>,
  work: (url: string) => Promise<void>,
): Promise<void> {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { pathname, search } = new URL(request.url);
    return answers[pathname]?.() ?? fetch(new Request(stack.url + pathname + search, request));
  });
  await work(`http://127.0.0.1:${server.addr.port}`);
}

Deno.test("task smoke: a deployment that is well passes", async () => {
  const { code, output } = await smoke(stack.url);
  assert.equal(code, 0, output);
  assert.match(output, /^ok {3}all \d+ functions are there$/m);
});

Deno.test("task smoke: what was forgotten is named, with where to look", async () => {
  const internal = () => Response.json({ code: "internal_error" }, { status: 500 });
  const forgotten: [string, Record<string, () => Response>, RegExp, RegExp][] = [
    [
      "migrations",
      { "/rest/v1/profiles": () => Response.json({ code: "PGRST205" }, { status: 404 }) },
      /the database has the migrations/,
      /was `db push --remote` run\?/,
    ],
    [
      "JWT keys",
      { "/auth/v1/.well-known/jwks.json": () => Response.json({ keys: [] }) },
      /a key that functions can look up/,
      /no such key: 200 .*docs\/deploy\.md, step 2/,
    ],
    [
      "a function",
      { "/functions/v1/billing-portal": () => Response.json({}, { status: 404 }) },
      /functions are there/,
      /not there: billing-portal \(404\)/,
    ],
    [
      "plans",
      { "/functions/v1/plans": () => Response.json({ plans: [] }) },
      /plans are on sale/,
      /was `task plans --deploy` run/,
    ],
    [
      "a secret",
      { "/functions/v1/stripe-webhook": internal },
      /functions are there|stripe-webhook refuses/,
      /is STRIPE_WEBHOOK_SECRET set\?/,
    ],
    [
      "open profiles",
      { "/functions/v1/user-profile": () => Response.json({ profile: {} }) },
      /a profile is nobody's/,
      /expected 401 unauthenticated, got 200/,
    ],
  ];
  for (const [what, answers, name, hint] of forgotten) {
    await withAnswers(answers, async (url) => {
      const { code, output, failures } = await smoke(url);
      assert.equal(code, 1, what);
      for (const failure of failures) assert.match(failure, name, output);
      assert.match(output, hint, output);
    });
  }
});

Deno.test("task smoke: takes no secret key, and says how it is called", async () => {
  assert.match((await smoke(stack.url, stack.secretKey)).output, /takes the publishable key/);
  const legacy = (role: string) =>
    `eyJhbGciOiJIUzI1NiJ9.${btoa(JSON.stringify({ role }))}.c2lnbmVk`;
  const { code, output } = await smoke(stack.url, legacy("service_role"));
  assert.deepEqual([code, /takes the publishable key/.test(output)], [1, true], output);
  assert.doesNotMatch((await smoke("http://127.0.0.1:9", legacy("anon"))).output, /takes the/);
  assert.match((await smoke("not an address")).output, /Usage: task smoke/);
});
