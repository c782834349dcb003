import assert from "node:assert/strict";
import { Resend } from "resend";
import { listMails } from "../../local/mail/mailbox.ts";
import { type Mail, startMail } from "../../local/mail/server.ts";

const key = "re_test";
const log = () => {};

function clientOf(mail: Mail): Resend {
  return new Resend(key, { baseUrl: mail.url });
}

const welcome = {
  from: "Socle <hello@socle.test>",
  to: ["Zoé <zoe@socle.test>"],
  subject: "Bienvenue, Zoé <3",
  html: "<p>Bonjour <b>Zoé</b></p>",
  text: "Bonjour Zoé",
};

Deno.test("mail: what the resend SDK sends is listed, filtered by address, and on the page", async () => {
  const lines: string[] = [];
  const mail = await startMail({
    port: 0,
    log: (source, text) => lines.push(`${source}: ${text}`),
  });
  const resend = clientOf(mail);
  const sent = await resend.emails.send(welcome);
  assert.equal(sent.error, null);
  await resend.emails.send({ ...welcome, to: "other@socle.test", subject: "Other" });

  const [found, ...more] = await listMails(mail.url, key, { to: "ZOE@socle.test" });
  assert.deepEqual(more, []);
  const { created_at, ...rest } = found!;
  assert.deepEqual(rest, { ...welcome, id: sent.data!.id });
  assert.ok(Math.abs(Date.parse(created_at) - Date.now()) < 10_000);
  assert.equal((await listMails(mail.url, key)).length, 2);
  assert.equal((await resend.emails.get(sent.data!.id)).data!.subject, welcome.subject);

  assert.deepEqual(
    lines[0],
    `mail: "${welcome.subject}" to ${welcome.to}: ${mail.mailboxUrl}/${sent.data!.id}`,
  );
  const inbox = await (await fetch(mail.mailboxUrl)).text();
  assert.match(inbox, /Bienvenue, Zoé &lt;3/);
  const page = await (await fetch(`${mail.mailboxUrl}/${sent.data!.id}`)).text();
  assert.match(page, /<iframe[^>]*sandbox="allow-popups/);
  assert.match(page, /Bonjour &lt;b&gt;Zoé/);
  await mail.stop();
});

Deno.test("mail: one Idempotency-Key sends once, also across a restart", async () => {
  const directory = await Deno.makeTempDir({ prefix: "socle-mail-" });
  const dataFile = `${directory}/mail.jsonl`;
  const first = await startMail({ port: 0, dataFile, log });
  const options = { idempotencyKey: "welcome/1" };
  const { data } = await clientOf(first).emails.send(welcome, options);
  assert.deepEqual((await clientOf(first).emails.send(welcome, options)).data, data);
  const other = await clientOf(first).emails.send({ ...welcome, subject: "Else" }, options);
  assert.equal(other.error!.name, "invalid_idempotent_request");
  const before = await listMails(first.url, key);
  await first.stop();
  await Deno.writeTextFile(dataFile, `{"collection":"resend.ema`, { append: true }); // a crash

  const second = await startMail({ port: 0, dataFile, log });
  assert.deepEqual(await listMails(second.url, key), before);
  assert.deepEqual((await clientOf(second).emails.send(welcome, options)).data, data);
  await clientOf(second).emails.send({ ...welcome, subject: "Next" });
  assert.deepEqual((await listMails(second.url, key)).map(({ subject }) => subject), [
    welcome.subject,
    "Next",
  ]);
  await second.stop();
  await Deno.remove(directory, { recursive: true });
});

Deno.test("mail: a batch arrives whole, a mail without recipient is refused as Resend refuses it", async () => {
  const mail = await startMail({ port: 0, log });
  const resend = clientOf(mail);
  const batch = await resend.batch.send([welcome, { ...welcome, subject: "Second" }]);
  assert.equal(batch.data!.data.length, 2);
  const refused = await resend.emails.send({ ...welcome, to: "" });
  assert.deepEqual([refused.error!.name, refused.error!.statusCode], ["validation_error", 422]);
  assert.equal((await listMails(mail.url, key)).length, 2);

  const anonymous = await fetch(`${mail.url}/emails`);
  assert.equal(anonymous.status, 401);
  assert.equal((await anonymous.json()).name, "missing_api_key");
  await mail.stop();
});

Deno.test("mail: 20 sends at once with one key are one mail", async () => {
  const mail = await startMail({ port: 0, log });
  const resend = clientOf(mail);
  const ids = await Promise.all(
    Array.from(
      { length: 20 },
      async () => (await resend.emails.send(welcome, { idempotencyKey: "once" })).data?.id,
    ),
  );
  assert.equal(new Set(ids).size, 1);
  assert.equal((await listMails(mail.url, key)).length, 1);
  await mail.stop();
});

Deno.test("mail: a port in use is an error that names it", async () => {
  const mail = await startMail({ port: 0, log });
  await assert.rejects(
    startMail({ port: Number(new URL(mail.url).port), log }),
    Deno.errors.AddrInUse,
  );
  await mail.stop();
});
