/** A kind of job: handler, its place among the kinds, and a test that enqueues one. */
import type { Tree } from "../gates/tree.ts";
import { camelCase, jobName } from "./names.ts";
import { filled, insertedAfter, type Scaffold } from "./scaffold.ts";

const own = "supabase/functions/_shared/jobs/own.ts";

/**
 * A job that counts the members of a workspace: a payload that is checked, what it is about gone meanwhile,
 * a line of the log.
 *
 * @throws {NameRefused}
 */
export async function newJob(tree: Tree, wanted: string): Promise<Scaffold> {
  const kind = await jobName(tree, wanted);
  const values = { kind, handler: camelCase(kind), file: kind.replaceAll("_", "-") };
  const registered = await insertedAfter(
    tree,
    own,
    "export const ownJobKinds: Record<string, JobKind> = {",
    `\n  ${kind}: ${values.handler},\n`,
  );
  const test = `tests/jobs/${values.file}.test.ts`;
  return {
    files: {
      [`supabase/functions/_shared/jobs/${values.file}.ts`]: await filled(
        "job.ts.template",
        values,
      ),
      [test]: await filled("job.test.ts.template", values),
      [own]: registered.replace(
        'import type { JobKind } from "./kind.ts";\n',
        (line) => `${line}import { ${values.handler} } from "./${values.file}.ts";\n`,
      ),
    },
    derive: [],
    next: `Next:
  npx -y deno@2.9.6 task test ${test}
  Enqueue it in the SQL function that is its cause, so that both happen or neither:
    perform private.enqueue('${kind}', jsonb_build_object('workspace_id', …), 'what caused it');`,
  };
}
