import assert from "node:assert/strict";
import { anonymous, type Answer, call } from "../support/stack.ts";
import { freshAddress, signUp } from "../support/users.ts";

function logIn(email: string, password: string): Promise<Answer> {
  return call("POST", "auth-login", { body: { email, password } });
}

Deno.test("auth-login: answers user and session, and the session is the user's", async () => {
  const { email, password, id } = await signUp({ name: "Zoé" });
  const answer = await logIn(`  ${email.toUpperCase()} `, password);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  assert.deepEqual(answer.body.user, { id, email, name: "Zoé" });
  assert.equal(answer.headers.get("cache-control"), "no-store");
  const client = anonymous();
  const { error } = await client.auth.setSession(answer.body.session);
  assert.equal(error, null);
  const { data } = await client.from("profiles").select("id").single().throwOnError();
  assert.equal(data.id, id);
});

Deno.test("auth-login: tells the name as the profile has it now", async () => {
  const { email, password, client, id } = await signUp({ name: "Before" });
  await client.from("profiles").update({ name: "After" }).eq("id", id).throwOnError();
  assert.equal((await logIn(email, password)).body.user.name, "After");
});

Deno.test("auth-login: an unknown address and a wrong password answer alike, in the same time", async () => {
  const { email } = await signUp();
  const measured = async (address: string) => {
    const started = performance.now();
    const answer = await logIn(address, "wrong password");
    return { answer, ms: performance.now() - started };
  };
  const [wrong, unknown] = await Promise.all(
    [email, freshAddress()].map((address) => measured(address)),
  );
  for (const { answer } of [wrong!, unknown!]) {
    assert.equal(answer.status, 401);
    assert.equal(answer.headers.get("content-type"), "application/problem+json");
    const { request_id: _, ...body } = answer.body;
    assert.deepEqual(body, {
      type: "urn:socle:problem:invalid_credentials",
      title: "E-mail address or password is wrong",
      status: 401,
      code: "invalid_credentials",
    });
  }
  assert.deepEqual(
    [...wrong!.answer.headers.keys()].sort(),
    [...unknown!.answer.headers.keys()].sort(),
  );
  // No hash is compared for an unknown address: without a floor it answers at once.
  assert.ok(unknown!.ms >= 400, `an unknown address answered after ${unknown!.ms} ms`);
  assert.ok(wrong!.ms >= 400, `a wrong password answered after ${wrong!.ms} ms`);
});

Deno.test("auth-login: bad fields are 422, and a password is never told back", async () => {
  for (
    const body of [
      {},
      { email: "no address", password: "secret-word" },
      { email: freshAddress(), password: "" },
      { email: freshAddress(), password: "secret-word".repeat(100) },
      { email: freshAddress(), password: ["secret-word"] },
      { email: freshAddress(), password: "secret-word", remember: true },
    ]
  ) {
    const answer = await call("POST", "auth-login", { body });
    assert.deepEqual([answer.status, answer.body.code], [422, "invalid_body"]);
    assert.equal(JSON.stringify(answer.body).includes("secret-word"), false);
  }
});

Deno.test("auth-login: ten log-ins of one user at once give ten sessions", async () => {
  const { email, password } = await signUp();
  const answers = await Promise.all(Array.from({ length: 10 }, () => logIn(email, password)));
  assert.deepEqual(answers.map((answer) => answer.status), Array(10).fill(200));
  const tokens = answers.map((answer) => answer.body.session.refresh_token);
  assert.equal(new Set(tokens).size, 10);
});
