import assert from "node:assert/strict";
import { EmailAction, SendEmailHook } from "../../supabase/functions/_shared/mail/auth-hook.ts";
import { authMails } from "../../supabase/functions/_shared/mail/auth-mails.ts";
import { renderMail } from "../../supabase/functions/_shared/mail/render.tsx";
import { test } from "../support/mail-test.ts";

const USER_ID = "8484b834-f29e-4af2-bf42-80644d154f76";
const options = { supabaseUrl: "https://project.supabase.co" };

/** A call of Auth for `action`, with the given fields changed. */
function hook(
  action: EmailAction,
  { user = {}, email_data = {}, ...top }: {
    user?: Record<string, unknown>;
    email_data?: Record<string, unknown>;
    metadata?: { uuid: string };
  } = {},
) {
  return SendEmailHook.parse({
    ...top,
    user: {
      id: USER_ID,
      aud: "authenticated",
      email: "current@example.com",
      phone: "33612345678",
      user_metadata: { name: "Camille", locale: "fr" },
      is_anonymous: false,
      ...user,
    },
    email_data: {
      token: "305805",
      token_hash: "7d5b7b1964cf5d388340a7f04f1dbb5eeb6c7b52",
      redirect_to: "http://localhost:3000/?next=/a&b=c",
      email_action_type: action,
      site_url: "http://localhost:9999",
      token_new: "",
      token_hash_new: "",
      ...email_data,
    },
  });
}

/** Notices carry no token. */
const silent = { token: "", token_hash: "", redirect_to: "" };

/** Both pairs, named as Auth names them: crossed. */
const secureChange = {
  user: { new_email: "new@example.com" },
  email_data: {
    token: "111111",
    token_hash_new: "hash-of-current",
    token_new: "222222",
    token_hash: "hash-of-new",
  },
};

function verifyToken(mail: { props: object } | undefined): string | null {
  assert.ok(mail && "url" in mail.props);
  return new URL(String(mail.props.url)).searchParams.get("token");
}

test("auth-mails: every action of Auth makes mails that render in both languages", async () => {
  for (const action of EmailAction.options) {
    const notice = action.endsWith("_notification");
    const mails = authMails(
      hook(
        action,
        action === "email_change" ? secureChange : notice
          ? {
            email_data: {
              ...silent,
              old_email: "old@example.com",
              provider: "github",
              factor_type: "totp",
            },
          }
          : {},
      ),
      options,
    );
    assert.equal(mails.length, action === "email_change" ? 2 : 1, action);
    for (const { template, props } of mails) {
      assert.equal(template, action);
      for (const locale of ["fr", "en"] as const) {
        assert.match((await renderMail(template, locale, props)).text, /Camille/);
      }
    }
  }
});

test("auth-mails: links go to Auth's verify with hash, action and redirect, nothing else", () => {
  for (const action of ["signup", "invite", "magiclink", "recovery"] as const) {
    const [mail] = authMails(hook(action), { supabaseUrl: "https://project.supabase.co/" });
    assert.ok(mail && "url" in mail.props);
    const url = new URL(String(mail.props.url));
    assert.equal(url.origin + url.pathname, "https://project.supabase.co/auth/v1/verify");
    assert.deepEqual([...url.searchParams], [
      ["token", "7d5b7b1964cf5d388340a7f04f1dbb5eeb6c7b52"],
      ["type", action],
      ["redirect_to", "http://localhost:3000/?next=/a&b=c"],
    ]);
    assert.equal(mail.to, "current@example.com");
    assert.equal(mail.locale, "fr");
  }
  const [bare] = authMails(hook("signup", { email_data: { redirect_to: "" } }), options);
  assert.ok(bare && "url" in bare.props);
  assert.equal(new URL(String(bare.props.url)).searchParams.has("redirect_to"), false);
});

test("auth-mails: a secure email change crosses Auth's token names to the right addresses", () => {
  const [current, next, ...more] = authMails(hook("email_change", secureChange), options);
  assert.deepEqual(more, []);
  assert.equal(current?.to, "current@example.com");
  assert.equal(verifyToken(current), "hash-of-current");
  assert.ok(current?.template === "email_change" && next?.template === "email_change");
  assert.deepEqual([current.props.recipient, current.props.code], ["current", "111111"]);
  assert.equal(next?.to, "new@example.com");
  assert.equal(verifyToken(next), "hash-of-new");
  assert.deepEqual([next.props.recipient, next.props.code], ["new", "222222"]);
  assert.notEqual(current.dedupeKey, next.dedupeKey);
});

test("auth-mails: an email change with one pair writes to the new address alone", () => {
  const pairs = [
    { token: "333333", token_hash: "only" },
    { token: "", token_hash: "only", token_new: "333333" },
  ];
  for (const pair of pairs) {
    for (const user of [{ new_email: "new@example.com" }, { email_new: "new@example.com" }]) {
      const mails = authMails(hook("email_change", { user, email_data: pair }), options);
      assert.equal(mails.length, 1);
      assert.equal(mails[0]?.to, "new@example.com");
      assert.equal(verifyToken(mails[0]), "only");
      assert.ok(mails[0] && "code" in mails[0].props);
      assert.equal(mails[0].props.code, "333333");
    }
  }
});

test("auth-mails: an anonymous user who adds an address gets one mail, there", () => {
  const mails = authMails(
    hook("email_change", { user: { email: "", new_email: "new@example.com" } }),
    options,
  );
  assert.deepEqual(mails.map(({ to }) => to), ["new@example.com"]);
});

test("auth-mails: the dedupe key is the cause's, not the attempt's, and holds no token", () => {
  const key = (...args: Parameters<typeof hook>) => authMails(hook(...args), options)[0]?.dedupeKey;
  assert.equal(key("signup"), key("signup", { metadata: { uuid: "another call" } }));
  assert.notEqual(key("signup"), key("signup", { email_data: { token_hash: "another" } }));
  assert.notEqual(key("signup"), key("recovery"));
  assert.match(key("signup") ?? "", new RegExp(`^${USER_ID}:signup:[0-9a-f]{32}$`));
});

test("auth-mails: two notices of one kind are two causes, two attempts of one are not", () => {
  const key = (uuid: string | undefined, user = {}) =>
    authMails(
      hook("mfa_factor_enrolled_notification", {
        ...(uuid === undefined ? {} : { metadata: { uuid } }),
        user,
        email_data: { ...silent, factor_type: "totp" },
      }),
      options,
    )[0]?.dedupeKey;
  assert.equal(key("call-1"), key("call-1"));
  assert.notEqual(key("call-1"), key("call-2"));
  assert.equal(key(undefined), key(undefined));
  assert.notEqual(key(undefined), key(undefined, { updated_at: "2026-11-22T10:00:00Z" }));
});

test("auth-mails: who changed the address has the new mailbox, so the old one is warned", () => {
  const email_data = { ...silent, old_email: "old@example.com" };
  const [mail] = authMails(hook("email_changed_notification", { email_data }), options);
  assert.equal(mail?.to, "old@example.com");
});

test("auth-mails: a notice for a user without an address is no mail", () => {
  const phoneOnly = { user: { email: "" }, email_data: silent };
  assert.deepEqual(authMails(hook("password_changed_notification", phoneOnly), options), []);
});

test("auth-mails: refuses a link mail without token or address", () => {
  const without = (email_data: object, user = {}) => () =>
    authMails(hook("signup", { email_data: { ...email_data }, user }), options);
  assert.throws(without({ token_hash: "" }), /cannot write the signup mail: email_data.token_hash/);
  assert.throws(without({}, { email: "" }), /user.email is empty/);
  const change = hook("email_change", { email_data: { token_hash: "" } });
  assert.throws(() => authMails(change, options), /token_hash is empty/);
});

test("auth-mails: metadata that a user wrote as he liked makes an English mail without name", () => {
  for (const user_metadata of [null, {}, { name: 7, locale: ["fr"] }, { locale: "de" }]) {
    const [mail] = authMails(hook("signup", { user: { user_metadata } }), options);
    assert.equal(mail?.locale, "en");
    assert.ok(mail && !("name" in mail.props));
  }
});

test("auth-hook: an unknown action is refused by name", () => {
  const { user, email_data } = hook("signup");
  const parsed = SendEmailHook.safeParse({
    user,
    email_data: { ...email_data, email_action_type: "sing_up" },
  });
  assert.deepEqual(parsed.error?.issues[0]?.path, ["email_data", "email_action_type"]);
});
