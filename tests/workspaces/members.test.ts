/** Who may leave, remove, promote and hand over, whatever is tried at once. */
import assert from "node:assert/strict";
import { asAnon, asServer, asUser, refused } from "../support/callers.ts";
import { insertUser, type Sql, type TestDatabase, testDatabase } from "../support/database.ts";
import { join, makeTeam, makeWorkspace, rolesIn } from "./team.ts";

let database: TestDatabase;
let sql: Sql;
Deno.test.beforeAll(async () => {
  database = await testDatabase({ connections: 8 });
  sql = database.sql;
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});

const leave = (user: string, workspace: string) =>
  asUser(sql, user, (call) => call`select public.workspace_leave(${workspace})`);
const transfer = (user: string, workspace: string, to: string) =>
  asUser(sql, user, (call) => call`select public.workspace_transfer(${workspace}, ${to})`);
const setRole = (user: string, workspace: string, whose: string, role: string) =>
  asUser(sql, user, async (call) =>
    (await call`
      update public.workspace_members set role = ${role}
      where workspace_id = ${workspace} and user_id = ${whose}`).count);
const remove = (user: string, workspace: string, whose: string) =>
  asUser(sql, user, async (call) =>
    (await call`
      delete from public.workspace_members
      where workspace_id = ${workspace} and user_id = ${whose}`).count);
const owners = async (workspace: string) =>
  Object.values(await rolesIn(sql, workspace)).filter((role) => role === "owner").length;

Deno.test("members: the last owner neither leaves, nor is removed, nor becomes less (nextjs/saas-starter PR#266)", async () => {
  const team = await makeTeam(sql);
  await refused(leave(team.owner, team.id), "last_owner");
  await refused(setRole(team.owner, team.id, team.owner, "admin"), "last_owner");
  assert.equal(await remove(team.owner, team.id, team.owner), 0);
  assert.equal(await remove(team.admin, team.id, team.owner), 0);
  await refused(
    asServer(sql, (call) =>
      call`
      delete from public.workspace_members where workspace_id = ${team.id} and user_id = ${team.owner}`),
    "last_owner",
  );
  await refused(
    asServer(sql, (call) =>
      call`
      update public.workspace_members set role = 'member' where workspace_id = ${team.id}`),
    "last_owner",
  );
  assert.equal((await rolesIn(sql, team.id))[team.owner], "owner");

  const second = await join(sql, team.id, "owner");
  await leave(team.owner, team.id);
  await refused(leave(second, team.id), "last_owner");
});

Deno.test("members: of owners who go at once, in whatever way, one stays", async () => {
  const rounds = Array.from({ length: 12 }, async (_, round) => {
    const team = await makeTeam(sql);
    const second = await join(sql, team.id, "owner");
    const ways = [
      () => leave(second, team.id),
      () => setRole(second, team.id, second, "member"),
      () => remove(team.owner, team.id, second),
    ];
    const ends = await Promise.allSettled([leave(team.owner, team.id), ways[round % 3]!()]);
    assert.ok(await owners(team.id) >= 1, `round ${round}`);
    for (const end of ends) {
      if (end.status === "rejected") assert.equal(end.reason.message, "last_owner");
    }
  });
  await Promise.all(rounds);
});

Deno.test("members: an admin manages everybody below owner, and nobody gives more than he has", async () => {
  const team = await makeTeam(sql);
  assert.equal(await setRole(team.admin, team.id, team.member, "billing"), 1);
  assert.equal(await setRole(team.admin, team.id, team.member, "admin"), 1);
  assert.equal(await setRole(team.admin, team.id, team.member, "member"), 1);
  await refused(setRole(team.admin, team.id, team.member, "owner"), "42501");
  await refused(setRole(team.admin, team.id, team.admin, "owner"), "42501");
  assert.equal(await setRole(team.admin, team.id, team.owner, "member"), 0);
  for (const low of [team.member, team.billing]) {
    for (const whose of [team.owner, team.admin, low]) {
      assert.equal(await setRole(low, team.id, whose, "admin"), 0);
    }
    for (const whose of [team.owner, team.admin]) {
      assert.equal(await remove(low, team.id, whose), 0);
    }
  }
  await refused(setRole(team.owner, team.id, team.member, "emperor"), "23514");
  assert.equal(await remove(team.admin, team.id, team.billing), 1);
  assert.equal(await remove(team.member, team.id, team.member), 1);
  assert.deepEqual(await rolesIn(sql, team.id), { [team.owner]: "owner", [team.admin]: "admin" });
});

Deno.test("members: another's workspace is neither left, given away nor told of", async () => {
  const team = await makeTeam(sql);
  const stranger = await insertUser(sql);
  for (const workspace of [team.id, crypto.randomUUID()]) {
    await refused(leave(stranger, workspace), "workspace_not_found");
    await refused(transfer(stranger, workspace, stranger), "workspace_not_found");
    const people = await asUser(sql, stranger, (call) =>
      call`
      select * from public.workspace_people(${workspace})`);
    assert.deepEqual([...people], []);
  }
});

Deno.test("members: an owner hands over to another member and becomes an admin", async () => {
  const team = await makeTeam(sql);
  await refused(transfer(team.admin, team.id, team.admin), "forbidden");
  await refused(transfer(team.owner, team.id, await insertUser(sql)), "member_not_found");
  await transfer(team.owner, team.id, team.owner);
  await transfer(team.owner, team.id, team.member);
  const roles = await rolesIn(sql, team.id);
  assert.equal(roles[team.member], "owner");
  assert.equal(roles[team.owner], "admin");
  await refused(transfer(team.owner, team.id, team.owner), "forbidden");
});

Deno.test("members: whoever leaves while he is made the owner leaves an owner behind", async () => {
  await Promise.all(Array.from({ length: 8 }, async () => {
    const team = await makeTeam(sql);
    await Promise.allSettled([
      transfer(team.owner, team.id, team.member),
      leave(team.member, team.id),
    ]);
    assert.equal(await owners(team.id), 1);
  }));
});

Deno.test("members: a personal workspace keeps its person as its one owner", async () => {
  const person = await insertUser(sql);
  const [personal] = await sql<{ id: string }[]>`
    select id from public.workspaces where personal_of = ${person}`;
  const friend = await join(sql, personal!.id, "admin");
  await refused(leave(person, personal!.id), "personal_workspace");
  await refused(transfer(person, personal!.id, friend), "personal_workspace");
  await refused(setRole(person, personal!.id, friend, "owner"), "personal_workspace");
  await refused(setRole(person, personal!.id, person, "admin"), "last_owner");
  await refused(
    sql`select public.workspace_delete(${person}, ${personal!.id})`,
    "personal_workspace",
  );
  await leave(friend, personal!.id);
  assert.deepEqual(await rolesIn(sql, personal!.id), { [person]: "owner" });
});

Deno.test("members: an account does not go while others would be left without an owner", async () => {
  const team = await makeTeam(sql);
  await refused(sql`delete from auth.users where id = ${team.owner}`, "last_owner");
  await transfer(team.owner, team.id, team.admin);
  await sql`delete from auth.users where id = ${team.owner}`;
  // Alone in hers, she may go; what is left belongs to nobody.
  const alone = await insertUser(sql);
  const workspace = await makeWorkspace(sql, alone);
  await sql`delete from auth.users where id = ${alone}`;
  assert.deepEqual(await rolesIn(sql, workspace), {});
});

Deno.test("members: see each other's name, avatar and role; addresses only owners and admins", async () => {
  const team = await makeTeam(sql);
  const seenBy = (user: string) =>
    asUser(sql, user, (call) => call`select * from public.workspace_people(${team.id})`);
  const all = [team.owner, team.admin, team.member, team.billing];
  for (const user of all) {
    const people = await seenBy(user);
    assert.deepEqual(people.map((one) => one["user_id"]), all);
    assert.deepEqual(people.map((one) => one["name"]), ["owner", "admin", "member", "billing"]);
    const addresses = people.map((one) => one["email"]).filter((one) => one !== null);
    assert.equal(addresses.length, user === team.owner || user === team.admin ? 4 : 0);
    // Nothing else of a profile is there to be read.
    const profiles = await asUser(sql, user, (call) => call`select id from public.profiles`);
    assert.deepEqual(profiles.map((one) => one["id"]), [user]);
  }
  await refused(
    asAnon(sql, (call) => call`select * from public.workspace_people(${team.id})`),
    "42501",
  );
});
