/** What may become of an invitation, in SQL: who may send, take, decline and revoke it, and when no more. */
import assert from "node:assert/strict";
import { asAnon, asServer, asUser, refused } from "../support/callers.ts";
import { insertUser, type Sql, type TestDatabase, testDatabase } from "../support/database.ts";
import { givePlan, join, makeTeam, rolesIn, type Team } from "./team.ts";

let database: TestDatabase;
let sql: Sql;
Deno.test.beforeAll(async () => {
  database = await testDatabase({ connections: 8 });
  sql = database.sql;
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});

interface Sent {
  id: string;
  state: string;
  role: string;
  sends: number;
  retry_after_seconds?: number;
}

async function invite(user: string, workspace: string, email: string, role = "member") {
  const [row] = await asServer(sql, (call) =>
    call<{ sent: Sent }[]>`
      select public.workspace_invite(${user}, ${workspace}, ${email}, ${role}) as sent`);
  return row!.sent;
}

/** The token in the invitation's latest mail. */
async function tokenOf(invitation: string): Promise<string> {
  const [mail] = await sql<{ token: string }[]>`
    select payload -> 'props' ->> 'token' as token from private.jobs
    where kind = 'mail_send' and dedupe_key like ${`invitation:${invitation}:%`}
    order by id desc limit 1`;
  return mail!.token;
}

async function accept(user: string, by: { token?: string; id?: string }) {
  const [row] = await asServer(sql, (call) =>
    call<{ joined: { id: string; role: string } }[]>`
      select public.invitation_accept(${user}, ${by.token ?? null}, ${by.id ?? null}) as joined`);
  return row!.joined;
}

const decline = (token: string) =>
  asAnon(sql, (call) => call`select public.invitation_decline(token => ${token})`);
const revoke = (user: string, id: string) =>
  asUser(
    sql,
    user,
    async (call) =>
      (await call`update public.workspace_invitations set state = 'revoked' where id = ${id}`)
        .count,
  );
const look = async (token: string) => {
  const [row] = await asAnon(
    sql,
    (call) =>
      call<{ seen: Record<string, string> }[]>`select public.invitation_by_token(${token}) as seen`,
  );
  return row!.seen;
};
const expire = (id: string) =>
  sql`update public.workspace_invitations set expires_at = now() - interval '1 second' where id = ${id}`;
/** For how many days an invitation is good, from its latest mail on. */
async function daysOf(id: string): Promise<number> {
  const [row] = await sql<{ days: number }[]>`
    select extract(epoch from expires_at - sent_at)::float8 / 86400 as days
    from public.workspace_invitations where id = ${id}`;
  return row!.days;
}
const freshEmail = () => `${crypto.randomUUID()}@example.com`;

async function roomyTeam(): Promise<Team> {
  const team = await makeTeam(sql);
  await givePlan(sql, team.id, null);
  return team;
}

/** An open invitation for somebody who has an account. */
async function invited(team: Team, role = "member", by = team.owner) {
  const email = freshEmail();
  const user = await insertUser(sql, { email, metadata: { name: "Invited" } });
  const { id } = await invite(by, team.id, email, role);
  return { id, email, user, token: await tokenOf(id) };
}

Deno.test("invitation: owners and admins invite, in a role no higher than their own", async () => {
  const team = await roomyTeam();
  const stranger = await insertUser(sql);
  for (const role of ["admin", "member", "billing"]) {
    assert.equal((await invite(team.admin, team.id, freshEmail(), role)).role, role);
  }
  await refused(invite(team.admin, team.id, freshEmail(), "owner"), "forbidden");
  assert.equal((await invite(team.owner, team.id, freshEmail(), "owner")).role, "owner");
  for (const low of [team.member, team.billing]) {
    await refused(invite(low, team.id, freshEmail()), "forbidden");
  }
  for (const workspace of [team.id, crypto.randomUUID()]) {
    await refused(invite(stranger, workspace, freshEmail()), "workspace_not_found");
  }
  await refused(invite(team.owner, team.id, freshEmail(), "emperor"), "23514");
  await refused(invite(team.owner, team.id, "x"), "23514");
});

Deno.test("invitation: into a personal workspace, too, but never as its owner", async () => {
  const person = await insertUser(sql);
  const [personal] = await sql<{ id: string }[]>`
    select id from public.workspaces where personal_of = ${person}`;
  await givePlan(sql, personal!.id, 5);
  await refused(invite(person, personal!.id, freshEmail(), "owner"), "personal_workspace");
  assert.equal((await invite(person, personal!.id, freshEmail(), "admin")).state, "open");
});

Deno.test("invitation: only the account of the invited address takes it; a forwarded link opens nothing (basejump#78)", async () => {
  const team = await roomyTeam();
  const { id, user, token, email } = await invited(team);
  const stranger = await insertUser(sql);
  await refused(accept(stranger, { token }), "invitation_for_another");
  await refused(accept(stranger, { id }), "invitation_not_found");
  await refused(accept(stranger, { token: "0".repeat(64) }), "invitation_not_found");
  await refused(accept(stranger, {}), "invitation_not_found");
  // An address that nobody has confirmed is nobody's.
  await sql`update auth.users set email_confirmed_at = null where id = ${user}`;
  await refused(accept(user, { token }), "invitation_for_another");
  await refused(accept(user, { id }), "invitation_not_found");
  await sql`update auth.users set email_confirmed_at = now() where id = ${user}`;
  assert.equal((await accept(user, { token })).role, "member");
  const [row] = await sql`select * from public.workspace_invitations where id = ${id}`;
  assert.equal(row!["state"], "accepted");
  assert.equal(row!["accepted_by"], user);
  assert.equal(row!["email"], email);
  assert.ok(row!["closed_at"]);
});

Deno.test("invitation: its mail names whoever invites and whom, in the language of the invited (basejump#78)", async () => {
  const team = await roomyTeam();
  const mailFor = async (email: string) => {
    const { id } = await invite(team.owner, team.id, email);
    const [mail] = await sql<{ payload: { locale: string; props: Record<string, string> } }[]>`
      select payload from private.jobs where dedupe_key = ${`invitation:${id}:1`}`;
    return mail!.payload;
  };
  const frenchEmail = freshEmail();
  await insertUser(sql, { email: frenchEmail, metadata: { name: "Zoé", locale: "fr" } });
  const toZoe = await mailFor(frenchEmail);
  assert.equal(toZoe.locale, "fr");
  assert.equal(toZoe.props["name"], "Zoé");
  assert.equal(toZoe.props["inviter"], "owner");
  assert.match(toZoe.props["inviter_address"]!, /@example\.com$/);
  assert.equal(toZoe.props["workspace"], "Atelier");
  await sql`update public.profiles set locale = 'fr' where id = ${team.owner}`;
  const toStranger = await mailFor(freshEmail());
  assert.equal(toStranger.locale, "fr");
  assert.equal(toStranger.props["name"], "");
});

Deno.test("invitation: can be sent again, with another link, and the old one says so (supabase/auth#2180)", async () => {
  const team = await roomyTeam();
  const { id, email, user, token: first } = await invited(team);
  assert.equal(await daysOf(id), 7);
  await sql`
    update public.workspace_invitations set sent_at = sent_at - interval '8 days' where id = ${id}`;
  await expire(id);
  await refused(accept(user, { token: first }), "invitation_expired");
  await refused(accept(user, { id }), "invitation_expired");
  assert.deepEqual(await look(first), { state: "expired" });

  const again = await invite(team.admin, team.id, ` ${email.toUpperCase()} `, "billing");
  assert.equal(again.id, id, "one open invitation an address");
  assert.equal(again.sends, 2);
  assert.equal(await daysOf(id), 7);
  const second = await tokenOf(id);
  assert.notEqual(second, first);
  await refused(accept(user, { token: first }), "invitation_expired");
  assert.deepEqual(await look(first), { state: "superseded" });
  assert.equal((await look(second))["role"], "billing");
  assert.equal((await accept(user, { token: second })).role, "billing");
});

Deno.test("invitation: taken ten times at once it is one membership, and each is answered the same", async () => {
  const team = await roomyTeam();
  const { id, user, token } = await invited(team);
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, index) => accept(user, index % 2 ? { token } : { id })),
  );
  for (const answer of answers) assert.deepEqual(answer, answers[0]);
  assert.equal((await rolesIn(sql, team.id))[user], "member");
  // It lets nobody back in who was put out since.
  await sql`delete from public.workspace_members where workspace_id = ${team.id} and user_id = ${user}`;
  await refused(accept(user, { token }), "invitation_closed");
  assert.equal((await rolesIn(sql, team.id))[user], undefined);
});

Deno.test("invitation: sent to one address ten times at once it is one invitation", async () => {
  const team = await roomyTeam();
  const email = freshEmail();
  const sent = await Promise.all(
    Array.from({ length: 10 }, () => invite(team.owner, team.id, email)),
  );
  assert.equal(new Set(sent.map(({ id }) => id)).size, 1);
  const [tokens] = await sql`
    select count(*)::int as held, count(*) filter (where superseded_at is null)::int as current
    from private.invitation_tokens where invitation_id = ${sent[0]!.id}`;
  assert.deepEqual(tokens, { held: 10, current: 1 });
});

Deno.test("invitation: declined by its link without an account, or by its person's list", async () => {
  const team = await roomyTeam();
  const byLink = await invited(team);
  await decline(byLink.token);
  await decline(byLink.token);
  await refused(accept(byLink.user, { token: byLink.token }), "invitation_closed");
  assert.deepEqual(await look(byLink.token), { state: "declined" });

  const byList = await invited(team);
  const own = (user: string) =>
    asUser(sql, user, (call) => call`select * from public.my_invitations()`);
  const [waiting] = await own(byList.user);
  assert.equal(waiting!["id"], byList.id);
  assert.equal(waiting!["workspace"], "Atelier");
  assert.equal(waiting!["inviter"], "owner");
  assert.deepEqual([...await own(byLink.user)], []);
  const stranger = await insertUser(sql);
  const declineById = (user: string) =>
    asUser(
      sql,
      user,
      (call) => call`select public.invitation_decline(invitation_id => ${byList.id})`,
    );
  await refused(declineById(stranger), "invitation_not_found");
  await declineById(byList.user);
  assert.deepEqual([...await own(byList.user)], []);
  await refused(
    asAnon(sql, (call) => call`select public.invitation_decline(invitation_id => ${byList.id})`),
    "invitation_not_found",
  );
});

Deno.test("invitation: revoked by an owner or admin, once, and by a direct call nothing else", async () => {
  const team = await roomyTeam();
  const { id, user, token } = await invited(team);
  for (const low of [team.member, team.billing, user]) assert.equal(await revoke(low, id), 0);
  for (const state of ["accepted", "declined"]) {
    await refused(
      asUser(sql, team.owner, (call) =>
        call`
        update public.workspace_invitations set state = ${state} where id = ${id}`),
      "invitation_closed",
    );
  }
  assert.equal(await revoke(team.admin, id), 1);
  await refused(accept(user, { token }), "invitation_closed");
  assert.deepEqual(await look(token), { state: "revoked" });
  await refused(
    asUser(sql, team.owner, (call) =>
      call`
      update public.workspace_invitations set state = 'open' where id = ${id}`),
    "invitation_closed",
  );
  // And the address can be asked anew.
  assert.notEqual((await invite(team.owner, team.id, await emailOf(id))).id, id);
});

async function emailOf(id: string): Promise<string> {
  const [row] = await sql<{ email: string }[]>`
    select email from public.workspace_invitations where id = ${id}`;
  return row!.email;
}

Deno.test("invitation: whoever is put out or lowered leaves no open invitation behind", async () => {
  const team = await roomyTeam();
  const out = await invited(team, "admin", team.admin);
  const second = await join(sql, team.id, "owner");
  const lowered = await invited(team, "owner", second);
  const kept = await invited(team, "member", second);
  await sql`delete from public.workspace_members where workspace_id = ${team.id} and user_id = ${team.admin}`;
  await sql`
    update public.workspace_members set role = 'admin'
    where workspace_id = ${team.id} and user_id = ${second}`;
  await refused(accept(out.user, { token: out.token }), "invitation_closed");
  await refused(accept(lowered.user, { token: lowered.token }), "invitation_closed");
  assert.equal((await accept(kept.user, { token: kept.token })).role, "member");
});

Deno.test("invitation: a member is not invited, and an old invitation changes no role", async () => {
  const team = await roomyTeam();
  const { user, token, email } = await invited(team, "admin");
  await join(sql, team.id, "billing", user);
  await refused(invite(team.owner, team.id, email), "already_member");
  assert.equal((await accept(user, { token })).role, "billing");
});

Deno.test("invitation: a plan's seats, those invited among them, refuse the next with a reason", async () => {
  const team = await makeTeam(sql); // Four members, no plan.
  await refused(invite(team.owner, team.id, freshEmail()), "seat_limit_reached");
  await givePlan(sql, team.id, 6);
  const five = await invited(team);
  const six = await invited(team);
  await refused(invite(team.owner, team.id, freshEmail()), "seat_limit_reached");
  // Sent again, declined, revoked or expired, none takes a second seat.
  await invite(team.owner, team.id, five.email);
  await expire(six.id);
  const seven = await invited(team);
  await decline(seven.token);
  const eight = await invited(team);
  await revoke(team.owner, eight.id);
  const nine = await invited(team);
  await accept(nine.user, { token: nine.token });
  await refused(invite(team.owner, team.id, six.email), "seat_limit_reached");
});

Deno.test("invitation: nobody comes into a workspace that its unpaid invoices restrict", async () => {
  const team = await roomyTeam();
  const { user, token } = await invited(team);
  const [invoice] = await sql<{ id: string }[]>`
    insert into public.invoices (workspace_id, stripe_invoice_id, status, currency, subtotal, total,
      amount_due, amount_paid, period_start, period_end, created_at)
    values (${team.id}, ${`in_${team.id}`}, 'open', 'EUR', 1, 1, 1, 0, now(), now(), now())
    returning id`;
  for (const access of ["read_only", "locked"]) {
    await sql`
      insert into public.dunning_cases (workspace_id, invoice_id, first_failed_at, access)
      values (${team.id}, ${invoice!.id}, now(), ${access})
      on conflict (invoice_id) do update set access = excluded.access`;
    await refused(invite(team.owner, team.id, freshEmail()), "workspace_read_only");
    await refused(accept(user, { token }), "workspace_read_only");
  }
  await sql`
    update public.dunning_cases set access = 'full', outcome = 'paid', closed_at = now()
    where workspace_id = ${team.id}`;
  assert.equal((await accept(user, { token })).role, "member");
});

Deno.test("invitation: of two who take the last seat at once one gets it", async () => {
  await Promise.all(Array.from({ length: 6 }, async () => {
    const team = await roomyTeam();
    const [one, other] = [await invited(team), await invited(team)];
    // The plan got smaller since they were invited.
    await sql`update public.subscriptions set status = 'canceled' where workspace_id = ${team.id}`;
    await givePlan(sql, team.id, 5);
    const ends = await Promise.allSettled([
      accept(one.user, { token: one.token }),
      accept(other.user, { token: other.token }),
    ]);
    assert.equal(ends.filter(({ status }) => status === "fulfilled").length, 1);
    const lost = ends.find((end) => end.status === "rejected")!;
    assert.equal(lost.reason.message, "seat_limit_reached");
    assert.equal(Object.keys(await rolesIn(sql, team.id)).length, 5);
  }));
});

Deno.test("invitation: no more mails than fifty an hour a workspace, or ten a day an address", async () => {
  const team = await roomyTeam();
  const email = freshEmail();
  for (let sent = 0; sent < 10; sent++) {
    assert.equal((await invite(team.owner, team.id, email)).retry_after_seconds, undefined);
  }
  assert.ok((await invite(team.owner, team.id, email)).retry_after_seconds! > 0);
  const other = await roomyTeam();
  assert.ok((await invite(other.owner, other.id, email)).retry_after_seconds! > 0);
  for (let sent = 11; sent < 50; sent++) await invite(team.owner, team.id, freshEmail());
  assert.ok((await invite(team.owner, team.id, freshEmail())).retry_after_seconds! > 0);
});

Deno.test("invitation: without a token nothing of a workspace is told to anon (capgo PR#1967, #3280)", async () => {
  const team = await roomyTeam();
  const { token, id } = await invited(team);
  assert.deepEqual(Object.keys(await look(token)).toSorted(), [
    "email",
    "expires_at",
    "inviter",
    "role",
    "state",
    "workspace",
  ]);
  for (const wrong of ["", "0".repeat(64), id, token.slice(1), token.toUpperCase()]) {
    await refused(look(wrong), "invitation_not_found");
  }
  // Each function that runs with its owner's rights and that anon may execute, with everything that a
  // stranger can know: only those that take a token answer at all.
  const open = await sql<{ name: string; call: string }[]>`
    select proc.proname as name, format('select %I.%I(%s)', namespace.nspname, proc.proname,
      array_to_string(array(select case type::regtype::text
        when 'uuid' then ${`'${team.id}'::uuid`} when 'text' then ${`'${team.id}'::text`}
        else 'null::' || type::regtype end from unnest(proc.proargtypes) as type), ', ')) as call
    from pg_catalog.pg_proc as proc
    join pg_catalog.pg_namespace as namespace on namespace.oid = proc.pronamespace
    where namespace.nspname in ('public', 'private') and has_function_privilege('anon', proc.oid, 'execute')`;
  for (const { name, call } of open) {
    const told = await asAnon(sql, (anon) => anon.unsafe(call)).then(
      (rows) => JSON.stringify([...rows]),
      (error) => error.message as string,
    );
    for (const secret of ["Atelier", team.owner, "owner@", "invited"]) {
      assert.ok(!told.includes(secret), `${name} tells ${told}`);
    }
  }
  assert.ok(open.length >= 4);
});
