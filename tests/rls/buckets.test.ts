/** Every cell of the matrix for storage buckets, proven in SQL as the role. */
import assert from "node:assert/strict";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { buckets } from "./matrix.ts";
import { type Actor, inWorld, type World } from "./world.ts";

let database: TestDatabase;
Deno.test.beforeAll(async () => {
  database = await testDatabase();
});
Deno.test.afterAll(async () => {
  await database[Symbol.asyncDispose]();
});

const insertObject = "insert into storage.objects (bucket_id, name) values ($1, $2)";

/** How many rows a statement touched; a refusal for want of a right touches none. */
async function touched(world: World, actor: Actor, statement: string, parameters: unknown[]) {
  const outcome = await world.as(actor, statement, parameters);
  if ("code" in outcome) {
    assert.equal(outcome.code, "42501", `${statement} as ${actor.name}`);
    return 0;
  }
  return outcome.count;
}

function signedIn(world: World): { owner: Actor; stranger: Actor } {
  const named = (name: string) => world.actors.find((actor) => actor.name === name)!;
  return { owner: named("owner"), stranger: named("stranger") };
}

Deno.test("the matrix names every bucket as it is, and nothing else", async () => {
  const found = await database.sql`
    select id, public, file_size_limit::int as "fileSizeLimit", allowed_mime_types as "mimeTypes"
    from storage.buckets order by id`;
  const inMatrix = Object.entries(buckets).map((
    [id, { public: open, fileSizeLimit, mimeTypes }],
  ) => ({
    id,
    public: open,
    fileSizeLimit,
    mimeTypes,
  }));
  assert.deepEqual([...found], inMatrix);
});

for (const [bucket, access] of Object.entries(buckets)) {
  const { readOnly = false } = access;
  const does = readOnly ? "only reads" : "writes, reads, replaces and removes";
  Deno.test(`${bucket}: a user ${does} own files, nobody another's`, async () => {
    await inWorld(database.sql, async (world) => {
      const { owner } = signedIn(world);
      const file = access.own(owner.id!);
      const verbs = {
        insert: [insertObject, [bucket, access.own(owner.id!).replace("avatar", "other")]],
        select: ["select from storage.objects where bucket_id = $1 and name = $2", [bucket, file]],
        update: [
          "update storage.objects set updated_at = now() where bucket_id = $1 and name = $2",
          [bucket, file],
        ],
        delete: ["delete from storage.objects where bucket_id = $1 and name = $2", [bucket, file]],
      } as const;
      await world.tx.unsafe(insertObject, [bucket, file]);
      for (const actor of world.actors) {
        for (const [verb, [statement, parameters]] of Object.entries(verbs)) {
          const reaches = actor.role === "service_role" ||
            (actor === owner && (verb === "select" || !readOnly));
          assert.equal(
            await touched(world, actor, statement, [...parameters]),
            reaches ? 1 : 0,
            `${verb} of ${file} as ${actor.name}`,
          );
        }
      }
    });
  });

  Deno.test(`${bucket}: no user writes or renames to a name outside the own folder`, async () => {
    await inWorld(database.sql, async (world) => {
      const { owner, stranger } = signedIn(world);
      const file = access.own(owner.id!);
      await world.tx.unsafe(insertObject, [bucket, file]);
      for (const name of [access.own(stranger.id!), ...access.refused(owner.id!)]) {
        assert.equal(await touched(world, owner, insertObject, [bucket, name]), 0, `write ${name}`);
        const rename = "update storage.objects set name = $2 where bucket_id = $1 and name = $3";
        assert.equal(
          await touched(world, owner, rename, [bucket, name, file]),
          0,
          `rename to ${name}`,
        );
      }
    });
  });
}

Deno.test("no user reads, makes, changes or removes a bucket", async () => {
  await inWorld(database.sql, async (world) => {
    const statements = [
      "select from storage.buckets",
      "insert into storage.buckets (id, name) values ('mine', 'mine')",
      "update storage.buckets set public = true",
      "delete from storage.buckets",
    ];
    for (const actor of world.actors.filter((one) => one.role !== "service_role")) {
      for (const statement of statements) {
        assert.equal(
          await touched(world, actor, statement, []),
          0,
          `${statement} as ${actor.name}`,
        );
      }
    }
  });
});

Deno.test("a user writes into no bucket that the matrix does not name", async () => {
  await inWorld(database.sql, async (world) => {
    await world.tx`insert into storage.buckets (id, name, public) values ('new', 'new', true)`;
    const { owner } = signedIn(world);
    for (const access of Object.values(buckets)) {
      const name = access.own(owner.id!);
      assert.equal(await touched(world, owner, insertObject, ["new", name]), 0);
    }
  });
});
