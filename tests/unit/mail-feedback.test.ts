import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { Webhook } from "standardwebhooks";
import { mailFeedback } from "../../supabase/functions/_shared/webhooks/resend.ts";
import { verifyStandardWebhook } from "../../supabase/functions/_shared/webhooks/standard.ts";

const told = (type: string, data: Record<string, unknown>) =>
  mailFeedback({
    type,
    created_at: "2026-11-25T10:00:00Z",
    data: { to: ["Ada <ada@b.example>"], ...data },
  });

Deno.test("Resend's events: what each says of the address and of the mail", () => {
  const bounce = (type?: string) => told("email.bounced", { bounce: { type, subType: "General" } });
  deepStrictEqual(bounce("Permanent"), {
    kind: "hard_bounce",
    delivery: "bounced",
    addresses: ["ada@b.example"],
    detail: "Permanent: General",
  });
  // A mailbox that is full today is not one that does not exist.
  for (const passing of ["Transient", "Undetermined"]) {
    strictEqual(bounce(passing).kind, "soft_bounce", passing);
  }
  // Documented as "permanently rejected"; older payloads have no type.
  strictEqual(told("email.bounced", {}).kind, "hard_bounce");
  strictEqual(told("email.complained", {}).kind, "complaint");
  strictEqual(told("email.suppressed", {}).kind, "provider");
  deepStrictEqual(
    ["email.delivered", "email.delivery_delayed", "email.failed"].map((type) =>
      told(type, {}).kind
    ),
    [null, null, null],
  );
  const lifted = told("suppression.removed", { email: "Eve@c.example", to: undefined });
  deepStrictEqual([lifted.kind, lifted.addresses], ["lifted", ["Eve@c.example"]]);
  for (const other of ["email.opened", "contact.created", "domain.updated"]) {
    deepStrictEqual([told(other, {}).kind, told(other, {}).delivery], [null, null]);
  }
});

Deno.test("Standard Webhooks: while a secret is rotated either signs, under Svix's names of the headers too", () => {
  const [old, fresh, other] = ["a", "b", "c"].map((letter) =>
    `whsec_${btoa(letter.repeat(32))}`
  ) as [
    string,
    string,
    string,
  ];
  const body = '{"a":1}';
  const now = new Date();
  const signed = (secret: string, prefix: string) =>
    new Headers({
      [`${prefix}-id`]: "msg_1",
      [`${prefix}-timestamp`]: String(Math.floor(now.getTime() / 1000)),
      [`${prefix}-signature`]: new Webhook(secret).sign("msg_1", now, body),
    });
  for (const prefix of ["svix", "webhook"]) {
    for (const secret of [old, fresh]) {
      deepStrictEqual(verifyStandardWebhook(body, signed(secret, prefix), [fresh, old]), { a: 1 });
    }
    throws(() => verifyStandardWebhook(body, signed(other, prefix), [fresh, old]), {
      code: "invalid_signature",
    });
  }
});
