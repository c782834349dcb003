/** Every cell of the matrix for storage buckets, proven in SQL as the role. */
import assert from "node:assert/strict";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import type { BucketAccess } from "./access.ts";
import { buckets } from "./matrix.ts";
import { type Actor, inWorld, type World } from "./world.ts";

let database: TestDatabase;
Deno.test.beforeAll(async () => {
  database = await testDatabase();
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
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

function signedIn(world: World): { owner: Actor; stranger: Actor; staff: Actor } {
  const named = (name: string) => world.actors.find((actor) => actor.name === name)!;
  return { owner: named("owner"), stranger: named("stranger"), staff: named("staff") };
}

/** The folder that is a row's, where the bucket's are. */
const folderIn = (world: World, { foldersOf }: BucketAccess) =>
  foldersOf && String(world.owner.row(foldersOf)["id"]);
const allVerbs = ["insert", "select", "update", "delete"] as const;

Deno.test("every bucket is as the matrix says", async () => {
  const found = await database.sql`
    select id, public, file_size_limit::int as "fileSizeLimit", allowed_mime_types as "mimeTypes"
    from storage.buckets order by id collate "C"`;
  const inMatrix = Object.entries(buckets).toSorted(([one], [other]) => one < other ? -1 : 1).map((
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
  const allowed = access.staff ?? (access.readOnly ? ["select" as const] : allVerbs);
  const who = access.staff ? "staff do" : "a user does to own files";
  Deno.test(`${bucket}: ${who} only this: ${allowed.join(", ")}; nobody else anything`, async () => {
    await inWorld(database.sql, async (world) => {
      const { owner, staff } = signedIn(world);
      const writer = access.staff ? staff : owner;
      // Staff write in folders of their own as well, and read everybody's.
      const file = access.own(owner.id!, folderIn(world, access));
      const another = access.own(writer.id!, folderIn(world, access)).replace("avatar", "other")
        .replace("0a1b2c3d", "0a1b2c3e");
      const verbs = {
        insert: [insertObject, [bucket, another]],
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
            (actor === writer && allowed.includes(verb as typeof allowed[number]));
          assert.equal(
            await touched(world, actor, statement, [...parameters]),
            reaches ? 1 : 0,
            `${verb} of ${file} as ${actor.name}`,
          );
        }
      }
    });
  });

  Deno.test(`${bucket}: nobody writes or renames to a name outside the own folder`, async () => {
    await inWorld(database.sql, async (world) => {
      const { owner, stranger, staff } = signedIn(world);
      const writer = access.staff ? staff : owner;
      const folder = folderIn(world, access);
      const file = access.own(writer.id!, folder);
      await world.tx.unsafe(insertObject, [bucket, file]);
      // The folder of a row that there is not, where rows have theirs.
      const foreign = access.own(stranger.id!, crypto.randomUUID());
      for (const name of [foreign, ...access.refused(writer.id!, folder)]) {
        assert.equal(
          await touched(world, writer, insertObject, [bucket, name]),
          0,
          `write ${name}`,
        );
        const rename = "update storage.objects set name = $2 where bucket_id = $1 and name = $3";
        assert.equal(
          await touched(world, writer, rename, [bucket, name, file]),
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
    const { owner, staff } = signedIn(world);
    for (const access of Object.values(buckets)) {
      for (const actor of [owner, staff]) {
        const name = access.own(actor.id!, folderIn(world, access));
        assert.equal(await touched(world, actor, insertObject, ["new", name]), 0);
      }
    }
  });
});
