import { figure } from "../support/figure.ts";
import { freePorts } from "../../local/ports.ts";
import { startStack } from "../../local/stack.ts";

export default figure({
  title: "Start to ready, warm",
  subject:
    "`startStack` on data that is there: what `task start` does until it prints the addresses",
  unit: "s",
  goal: { atMost: 5 },
  notes: `
The first start, which makes the database and applies every migration, is not counted: it happens once.
`,
  async measure(bench) {
    const dataDir = await Deno.makeTempDir({ prefix: "socle-bench-" });
    // Postgres may run as another account, which must be able to enter.
    await Deno.chmod(dataDir, 0o755);
    const folders = new Set([dataDir]);
    const start = async () => {
      const started = performance.now();
      const stack = await startStack({ dataDir, ports: freePorts(), log: () => {}, web: true });
      const seconds = (performance.now() - started) / 1000;
      if (stack.databaseDir !== undefined) folders.add(stack.databaseDir);
      await stack.stop();
      return seconds;
    };
    try {
      const first = await start();
      bench.log(`  the first start took ${first.toFixed(1)} s`);
      await bench.alone({}, start);
    } finally {
      for (const folder of folders) {
        await Deno.remove(folder, { recursive: true }).catch((error) => {
          // The database's lies inside dataDir where the server's account can reach it.
          if (!(error instanceof Deno.errors.NotFound)) throw error;
        });
      }
    }
  },
});
