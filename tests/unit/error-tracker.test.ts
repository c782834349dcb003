import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { envelope, readDsn } from "../../supabase/functions/_shared/error-tracker.ts";

Deno.test("SENTRY_DSN: key, host and project, also below a path; anything else is none", () => {
  deepStrictEqual(readDsn("https://abc@o1.ingest.sentry.io/42"), {
    endpoint: "https://o1.ingest.sentry.io/api/42/envelope/",
    key: "abc",
  });
  deepStrictEqual(readDsn("http://abc@127.0.0.1:8000/bugs/7"), {
    endpoint: "http://127.0.0.1:8000/bugs/api/7/envelope/",
    key: "abc",
  });
  for (const wrong of ["", "abc", "https://o1.ingest.sentry.io/42", "https://abc@host/"]) {
    strictEqual(readDsn(wrong), undefined, wrong);
  }
});

Deno.test("an error leaves with its causes and where it was thrown, and without addresses or keys", () => {
  const cause = new TypeError("no row for ada@example.com");
  const error = new Error("sk_test_51Abcdefghijk was refused", { cause });
  const text = envelope(error, {
    tags: { function: "plans" },
    extra: { request_id: "r-12345678" },
  });
  const [head, kind, event, ...rest] = text.split("\n");
  deepStrictEqual([JSON.parse(kind!), rest], [{ type: "event" }, [""]]);
  const told = JSON.parse(event!);
  strictEqual(told.event_id, JSON.parse(head!).event_id);
  deepStrictEqual(
    told.exception.values.map(({ type, value }: { type: string; value: string }) => [type, value]),
    [["TypeError", "no row for [address]"], ["Error", "sk_test_[masked] was refused"]],
  );
  const frame = told.exception.values[1].stacktrace.frames.at(-1);
  match(frame.filename, /error-tracker\.test\.ts$/);
  ok(frame.lineno > 0 && frame.in_app);
});

Deno.test("whatever is thrown can be told: no error, no stack, causes in a circle", () => {
  const circle = new Error("round");
  circle.cause = circle;
  for (const thrown of ["text", undefined, null, { code: 7 }, circle]) {
    const event = JSON.parse(envelope(thrown, { tags: {} }).split("\n")[2]!);
    ok(event.exception.values.length <= 6);
  }
});
