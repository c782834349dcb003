import assert from "node:assert/strict";
import fc from "fast-check";
import { Problem } from "../../supabase/functions/_shared/problem.ts";
import { allowedRedirect } from "../../supabase/functions/_shared/redirects.ts";

/** Sets the operator's variables for the duration of `run`. */
function withOrigins(site: string, listed: string, run: () => void) {
  const before = ["SITE_URL", "ALLOWED_REDIRECT_ORIGINS"].map((name) =>
    [name, Deno.env.get(name)] as const
  );
  Deno.env.set("SITE_URL", site);
  Deno.env.set("ALLOWED_REDIRECT_ORIGINS", listed);
  try {
    run();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
  }
}

const site = "https://app.example.com/start";
const listed = "https://admin.example.com, http://localhost:3000/ ,";

function refused(address: string): boolean {
  try {
    allowedRedirect(address);
    return false;
  } catch (error) {
    assert.ok(error instanceof Problem && error.code === "redirect_not_allowed");
    return true;
  }
}

Deno.test("redirects: any path at the site's origin and at those listed", () => {
  withOrigins(site, listed, () => {
    for (
      const address of [
        "https://app.example.com",
        "https://app.example.com/a/b?c=d#e",
        "https://APP.example.com:443/",
        "https://admin.example.com/x",
        "http://localhost:3000/callback",
      ]
    ) assert.equal(allowedRedirect(address), new URL(address).href);
  });
});

Deno.test("redirects: nothing that only looks like one of them", () => {
  withOrigins(site, listed, () => {
    for (
      const address of [
        "",
        "/path",
        "//app.example.com/",
        "http://app.example.com/",
        "https://app.example.com:8443/",
        "https://app.example.com.evil.example/",
        "https://evil.example/https://app.example.com/",
        "https://app.example.com@evil.example/",
        "https://evil.example#https://app.example.com/",
        "https://sub.app.example.com/",
        "https://app.example.com\u3002evil.example/",
        "http://localhost:3001/",
        "javascript:location='https://app.example.com/'",
        "data:text/html,https://app.example.com/",
        "blob:https://app.example.com/0f1e",
        "file:///etc/passwd",
        "app.example.com",
        "null",
      ]
    ) assert.ok(refused(address), address);
  });
});

Deno.test("redirects: what a browser reads as another host is refused however it is written", () => {
  withOrigins(site, "", () => {
    fc.assert(fc.property(
      fc.constantFrom("https://", "https:/", "https:\\\\", "HTTPS://", " https://", "\thttps://"),
      fc.string({ maxLength: 8 }),
      fc.constantFrom("@", "/", "\\", ".", ":443", "#", "?", ""),
      fc.string({ maxLength: 12 }),
      (scheme, before, between, after) => {
        const address = `${scheme}${before}app.example.com${between}${after}`;
        const read = URL.parse(address);
        const ours = read?.origin === "https://app.example.com";
        assert.equal(refused(address), !ours);
        // What is answered is what was judged, in the one form that every browser reads alike.
        if (ours) assert.equal(allowedRedirect(address), read.href);
      },
    ));
  });
});

Deno.test("redirects: without a list the site alone", () => {
  withOrigins(site, "", () => assert.ok(refused("https://admin.example.com/")));
});
