/**
 * `task mailbox [address] [--last] [--lines N]`: the mails that the running stack has sent, newest last;
 * with --last the text of the newest.
 */
import { listMails } from "../mail/mailbox.ts";
import { runningVariables } from "./running.ts";
import { table } from "./table.ts";
import { fail, readArguments } from "./arguments.ts";

const usage = "Usage: task mailbox [address] [--last] [--lines N]";

const { values, positionals: [to, ...more] } = readArguments(usage, {
  allowPositionals: true,
  options: {
    last: { type: "boolean", default: false },
    lines: { type: "string", short: "n", default: "20" },
  },
});
const count = Number(values.lines);
if (more.length > 0 || !Number.isInteger(count) || count < 1) fail(usage);
const variables = await runningVariables();
const url = variables["RESEND_BASE_URL"]!;
if (!URL.canParse(url) || new URL(url).hostname !== "127.0.0.1") {
  fail("This stack sends by Resend itself: its mails are at https://resend.com/emails");
}
const mails = await listMails(url, variables["RESEND_API_KEY"]!, to === undefined ? {} : { to });
const newest = mails.at(-1);
if (values.last) {
  if (newest === undefined) fail(`No mail${to === undefined ? "" : ` to ${to}`} was sent yet.`);
  console.log(`To: ${newest.to.join(", ")}\nSubject: ${newest.subject}\n\n${newest.text ?? ""}`);
} else {
  const rows = mails.slice(-count).map(({ created_at, to, subject }) => [
    created_at.slice(0, 19).replace("T", " "),
    to.join(", "),
    subject,
  ]);
  console.log(table(["sent (UTC)", "to", "subject"], rows));
  console.log(`Pages: ${variables["MAILBOX_URL"]}`);
}
