import assert from "node:assert/strict";
import { functionsProject, handler, listed } from "./functions-project.ts";
import { eachLine } from "../../local/functions/lines.ts";

/** Whether a process is there and not a zombie. */
async function isAlive(pid: number): Promise<boolean> {
  if (Deno.build.os !== "linux") {
    const { success } = await new Deno.Command("ps", { args: ["-p", `${pid}`], stdout: "null" })
      .output();
    return success;
  }
  const state = await Deno.readTextFile(`/proc/${pid}/stat`).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  });
  return /\) [^ZX]/.test(state);
}

Deno.test("functions: work handed to EdgeRuntime.waitUntil goes on after the reply and is awaited at stop", async () => {
  const project = await functionsProject({
    "config.toml": listed("later"),
    "functions/later/index.ts": handler(`() => {
      addEventListener("beforeunload", (event) => {
        console.log("ends by", (event as CustomEvent).detail.reason);
        finish();
      });
      let finish = () => {};
      EdgeRuntime.waitUntil(new Promise<void>((resolve) => finish = resolve).then(() => {
        EdgeRuntime.waitUntil(Promise.reject(new Error("second part failed")));
        console.log("first part done");
      }));
      return new Response("replied");
    }`),
  });
  await using _ = project;
  assert.equal(await (await project.call("/later")).text(), "replied");
  await project.runtime.stop();
  const lines = project.logged.map((line) => line.split("\n")[0]);
  assert.deepEqual(lines.slice(0, 2), [
    "function later: ends by termination",
    "function later: first part done",
  ]);
  assert.match(lines[2]!, /work handed to waitUntil failed: Error: second part failed/);
});

Deno.test("functions: stop ends what does not finish within its grace", async () => {
  const project = await functionsProject({
    "config.toml": listed("stuck", "busy"),
    "functions/stuck/index.ts": handler(`() => {
      EdgeRuntime.waitUntil(new Promise(() => {}));
      return new Response(String(Deno.pid));
    }`),
    "functions/busy/index.ts": handler(`(request: Request) => {
      if (request.url.endsWith("/loop")) { console.log("looping"); for (;;); }
      return new Response(String(Deno.pid));
    }`),
  }, { limits: { stopGraceMs: 200 } });
  await using _ = project;
  const pids = await Promise.all(
    ["/stuck", "/busy"].map(async (path) => Number(await (await project.call(path)).text())),
  );
  const looping = project.call("/busy/loop");
  await project.logs(/looping/);
  await project.runtime.stop();
  assert.equal((await looping).status, 502);
  for (const pid of pids) assert.equal(await isAlive(pid), false);
  assert.equal((await project.call("/stuck")).status, 503);
});

Deno.test("functions: no process outlives a runtime killed by SIGKILL, not even a busy one", async () => {
  await using project = await functionsProject({
    "config.toml": listed("idle", "busy"),
    "functions/idle/index.ts": handler(`() => new Response(String(Deno.pid))`),
    "functions/busy/index.ts": handler(`(request: Request) => {
      if (request.url.endsWith("/loop")) { console.log("looping"); for (;;); }
      return new Response(String(Deno.pid));
    }`),
  });
  const program = `
    import { startFunctions } from ${
    JSON.stringify(import.meta.resolve("../../local/functions/runtime.ts"))
  };
    const runtime = await startFunctions({
      supabaseDir: ${JSON.stringify(project.directory)},
      env: {},
      log: (_, message) => console.log(message),
    });
    const call = (path) => runtime.handle(new Request("http://127.0.0.1/functions/v1" + path));
    for (const name of ["/idle", "/busy"]) console.log("pid " + await (await call(name)).text());
    await call("/busy/loop");
  `;
  const parent = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--ext=ts", "-"],
    cwd: new URL("../..", import.meta.url),
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const stdin = parent.stdin.getWriter();
  await stdin.write(new TextEncoder().encode(program));
  await stdin.close();
  const pids: number[] = [];
  const looping = Promise.withResolvers<void>();
  const output = eachLine(parent.stdout, (line) => {
    if (line.startsWith("pid ")) pids.push(Number(line.slice(4)));
    if (line === "looping") looping.resolve();
  });
  await looping.promise;
  assert.deepEqual(await Promise.all(pids.map(isAlive)), [true, true]);
  parent.kill("SIGKILL");
  await parent.status;
  await output;
  const deadline = AbortSignal.timeout(5000);
  while ((await Promise.all(pids.map(isAlive))).includes(true)) deadline.throwIfAborted();
});

Deno.test("functions: warm starts every function, and a second warm none", async () => {
  const names = ["one", "two", "three"];
  await using project = await functionsProject({
    "config.toml": listed(...names),
    ...Object.fromEntries(names.map((name) => [
      `functions/${name}/index.ts`,
      `console.log("loaded"); ${handler(`() => new Response()`)}`,
    ])),
  });
  await project.runtime.warm();
  await project.runtime.warm();
  assert.deepEqual(
    project.logged.toSorted(),
    names.map((name) => `function ${name}: loaded`).sort(),
  );
});
