import assert from "node:assert/strict";

Deno.test("client: its types hold what they promise", async () => {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--quiet", "tests/client/types.ts"],
    cwd: new URL("../../", import.meta.url),
    stdin: "null",
    env: { NO_COLOR: "1" },
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
});
