import { strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { readSignedText, signText } from "../../supabase/functions/_shared/signed-text.ts";

Deno.test("signed text: what we signed is read for its purpose alone, with each secret that still counts", () => {
  Deno.env.set("LINK_SECRET", "new, old");
  fc.assert(fc.property(fc.string(), fc.string({ minLength: 1 }), (text, other) => {
    const signed = signText("order", text);
    strictEqual(readSignedText("order", signed), text);
    strictEqual(readSignedText("cart", signed), undefined);
    strictEqual(readSignedText("order", other + signed), undefined);
    strictEqual(readSignedText("order", signed + other), undefined);
    strictEqual(readSignedText("order", text), undefined);
  }));
  Deno.env.set("LINK_SECRET", "old");
  const before = signText("order", "1");
  Deno.env.set("LINK_SECRET", "new,old");
  strictEqual(readSignedText("order", before), "1");
  Deno.env.set("LINK_SECRET", "new");
  strictEqual(readSignedText("order", before), undefined);
});
