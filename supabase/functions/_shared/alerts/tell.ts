/**
 * Telling incidents, by mail and to a webhook. Not by the queue: an alert that the queue is stuck must not
 * wait in it. What fails is tried again a minute later, by the schedule; a mail that went is not sent twice,
 * since Resend remembers its key.
 */
import { Resend } from "resend";
import { Webhook } from "standardwebhooks";
import * as z from "zod";
import { type Db, rows } from "../database.ts";
import { env, optionalEnv } from "../env.ts";
import { describeError, log } from "../log.ts";
import { Locale } from "../mail/locale.ts";
import { Incident, meaningOf } from "./incident.ts";

const Claim = z.object({
  incidents: z.array(Incident),
  staff: z.array(z.object({ address: z.string(), locale: Locale, name: z.string() })),
});
type Recipient = z.infer<typeof Claim>["staff"][number];

/** ALERT_EMAIL, one address or several with commas between them; without it, everybody who is staff. */
function recipients(staff: Recipient[]): Recipient[] {
  const named = (optionalEnv("ALERT_EMAIL") ?? "").split(",").map((one) => one.trim());
  const others = named.filter((one) => one !== "");
  if (others.length === 0) return staff;
  return others.map((address) => ({ address, locale: "en", name: "" }));
}

async function mail(incident: Incident, to: Recipient[]): Promise<void> {
  // React comes with it: loaded only when there is something to tell.
  const { sendMail } = await import("../mail/send.ts");
  const resend = new Resend(env("RESEND_API_KEY"));
  const { id: _id, occasion, to_mail: _mail, to_post: _post, detail, note, ...facts } = incident;
  const failures: string[] = [];
  for (const { address, locale, name } of to) {
    const sent = await sendMail({ resend, brand: optionalEnv("BRAND_NAME") }, {
      to: address,
      from: env("MAIL_FROM"),
      template: "alert",
      locale,
      props: {
        ...facts,
        name,
        detail: Object.entries(detail).map(([key, value]) => `${key}: ${value}`).join(", "),
        ...(note !== null && { note }),
      },
      // By the moment it opened, since another database counts its incidents from 1 as well.
      idempotencyKey: `alert:${facts.rule}:${facts.opened_at}:${occasion}:${address}`,
    });
    if (!sent.ok) failures.push(sent.reason);
  }
  if (failures.length > 0) throw new Error(failures.join("; "));
}

/** One line, as a channel shows it. */
function line(incident: Incident): string {
  const { rule, state, value, threshold, opened_at, note } = incident;
  const meaning = meaningOf(rule).en;
  if (state === "resolved") return `Resolved: ${meaning}, ${value} now (${note})`;
  const since = state === "reminder" ? `, open since ${opened_at}` : "";
  return `Alert: ${meaning}: ${value}, at most ${threshold - 1} is well${since}`;
}

/** `text` is what Slack, Mattermost and Discord's Slack address show; `alert` is for programs. */
async function post(incident: Incident, address: string): Promise<void> {
  const { to_mail: _mail, to_post: _post, ...alert } = incident;
  const body = JSON.stringify({
    text: `${line(incident)} (docs/operations.md, alert ${incident.rule})`,
    alert,
  });
  // The same on each attempt: by it a receiver knows a repetition.
  const id = `alert_${incident.rule}_${Date.parse(incident.opened_at)}_${incident.occasion}`;
  const now = new Date();
  const secret = optionalEnv("ALERT_WEBHOOK_SECRET");
  const reply = await fetch(address, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
      ...(secret !== undefined && { "webhook-signature": new Webhook(secret).sign(id, now, body) }),
    },
    body,
    redirect: "error",
    signal: AbortSignal.timeout(10_000),
  });
  await reply.body?.cancel();
  if (!reply.ok) throw new Error(`the alert webhook answered ${reply.status}`);
}

/** Whether it went; a failure is noted for the operator. */
async function tried(work: Promise<void>, errors: string[]): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    errors.push(describeError(error));
    return false;
  }
}

/**
 * Looks at every rule and tells what is to be told.
 *
 * @returns how many incidents were told, and how many could not be
 */
export async function tellAlerts(admin: Db): Promise<{ told: number; failed: number }> {
  const { incidents, staff } = Claim.parse(await rows(admin.rpc("alerts_claim")));
  const address = optionalEnv("ALERT_WEBHOOK_URL");
  const to = recipients(staff);
  let failed = 0;
  for (const incident of incidents) {
    const errors: string[] = [];
    const [mailed, posted] = await Promise.all([
      tried(incident.to_mail ? mail(incident, to) : Promise.resolve(), errors),
      tried(
        incident.to_post && address !== undefined ? post(incident, address) : Promise.resolve(),
        errors,
      ),
    ]);
    if (errors.length > 0) failed++;
    log(errors.length > 0 || incident.state !== "resolved" ? "error" : "info", {
      event: "alert",
      rule: incident.rule,
      state: incident.state,
      value: incident.value,
      ...(errors.length > 0 && { errors }),
      ...(to.length === 0 && address === undefined &&
        { told: "nobody: set ALERT_EMAIL or add staff" }),
    });
    await rows(admin.rpc("alert_told", {
      incident_id: incident.id,
      occasion: incident.occasion,
      mailed,
      posted,
      error: (errors.length > 0 ? errors.join("; ") : null) as string,
    }));
  }
  return { told: incidents.length - failed, failed };
}
