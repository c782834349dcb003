import { projectDir } from "../../local/stack.ts";
import { figure } from "../support/figure.ts";

export default figure({
  title: "The backend's tests",
  subject: "`task test`, from its start to its end, once",
  unit: "s",
  goal: { atMost: 300 },
  onlyNamed: true,
  notes: `
The README's second command: the tests that share one stack, or need none. The goal is asked of it alone. The parts
of tests/parts.ts, which move clocks, break providers, drive a browser or start stacks of their own, are tasks of their
own; all together take longer than that on two cores, and \`task ok\` prints how long each took. Measured by
\`deno task bench suite\`; a run of all figures leaves it out.
`,
  async measure(bench) {
    await bench.alone({ pairs: 1 }, async () => {
      const started = performance.now();
      const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["task", "test"],
        cwd: projectDir,
        stdin: "null",
      }).output();
      if (!success) {
        const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("\n");
        throw new Error(`cannot measure tests that fail: ${said.slice(-4000)}`);
      }
      return (performance.now() - started) / 1000;
    });
  },
});
