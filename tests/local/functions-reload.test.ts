import assert from "node:assert/strict";
import { functionsProject, handler, listed } from "./functions-project.ts";

const source = (text: string) =>
  `import { shared } from "../_shared/shared.ts";
  ${
    handler(
      `() => new Response([${
        JSON.stringify(text)
      }, shared, Deno.env.get("WORD"), Deno.pid].join(" "))`,
    )
  }`;

const files = {
  "config.toml": listed("one", "two"),
  "functions/_shared/shared.ts": `export const shared = "s1";`,
  "functions/.env": "WORD=w1",
  "functions/one/index.ts": source("a1"),
  "functions/two/index.ts": source("b1"),
};

Deno.test("functions: a saved file restarts its own function, a shared one all", async () => {
  await using project = await functionsProject(files, { watch: true });
  const words = async (name: string) => (await (await project.call(name)).text()).split(" ");
  const [one, two] = [await words("/one"), await words("/two")];
  assert.deepEqual([one.slice(0, 3), two.slice(0, 3)], [["a1", "s1", "w1"], ["b1", "s1", "w1"]]);

  await project.write("functions/one/index.ts", source("a2"));
  await project.logs(/functions\/one\/index.ts changed, restarting one$/);
  assert.equal((await words("/one"))[0], "a2");
  assert.deepEqual(await words("/two"), two);

  await project.write("functions/_shared/shared.ts", `export const shared = "s2";`);
  await project.logs(/shared.ts changed, restarting one, two$/);
  assert.equal((await words("/one"))[1], "s2");
  assert.equal((await words("/two"))[1], "s2");

  await project.write("functions/.env", "WORD=w2");
  await project.logs(/.env changed, restarting one, two$/);
  assert.equal((await words("/one"))[2], "w2");
});

Deno.test("functions: config.toml is read again; a broken one changes nothing", async () => {
  await using project = await functionsProject(files, { watch: true });
  await project.write("config.toml", "[functions.one");
  await project.logs(/nothing restarts/);
  assert.equal((await project.call("/one")).status, 200);
  await project.write("config.toml", listed("one"));
  await project.logs(/config.toml changed/);
  assert.equal((await project.call("/two")).status, 404);
  assert.equal((await project.call("/one")).status, 200);
});

Deno.test("functions: a syntax error is told at once and gone with the next save", async () => {
  await using project = await functionsProject(files, { watch: true });
  await (await project.call("/one")).text();
  await project.write("functions/one/index.ts", "export default {{");
  await project.logs(/function one: does not start/);
  assert.equal((await project.call("/one")).status, 503);
  project.logged.length = 0;
  await project.write("functions/one/index.ts", source("a3"));
  await project.logs(/restarting one/);
  assert.match(await (await project.call("/one")).text(), /^a3/);
});

Deno.test("functions: a request under way finishes on the code it began with", async () => {
  const slow = (text: string) =>
    handler(`async (request: Request) => {
      if (request.body) console.log("reading");
      await request.text();
      return new Response(${JSON.stringify(text)});
    }`);
  await using project = await functionsProject({
    "config.toml": listed("slow"),
    "functions/slow/index.ts": slow("old"),
  }, { watch: true });
  const rest = Promise.withResolvers<void>();
  const body = new ReadableStream({
    async start(controller) {
      controller.enqueue(new Uint8Array(10));
      await rest.promise;
      controller.close();
    },
  });
  const underWay = project.call("/slow", { method: "POST", body });
  await project.logs(/reading/);
  await project.write("functions/slow/index.ts", slow("new"));
  await project.logs(/restarting slow/);
  assert.equal(await (await project.call("/slow")).text(), "new");
  rest.resolve();
  assert.equal(await (await underWay).text(), "old");
});
