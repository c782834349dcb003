import assert from "node:assert/strict";
import fc from "fast-check";
import { imageKind } from "../../supabase/functions/_shared/accounts/avatar.ts";
import { jpeg, png, webp } from "../support/images.ts";

Deno.test("imageKind: tells the three kinds by their first bytes", () => {
  assert.equal(imageKind(png())?.type, "image/png");
  assert.equal(imageKind(png())?.extension, "png");
  assert.equal(imageKind(jpeg)?.type, "image/jpeg");
  assert.equal(imageKind(jpeg)?.extension, "jpg");
  assert.equal(imageKind(webp)?.type, "image/webp");
  assert.equal(imageKind(webp)?.extension, "webp");
});

Deno.test("imageKind: a beginning cut short is nothing", () => {
  for (const [bytes, needed] of [[png(), 8], [jpeg, 3], [webp, 12]] as const) {
    for (let length = 0; length < needed; length++) {
      assert.equal(imageKind(bytes.subarray(0, length)), undefined);
    }
    assert.notEqual(imageKind(bytes.subarray(0, needed)), undefined);
  }
});

Deno.test("imageKind: text of any kind is nothing", () => {
  // No image of ours begins with what UTF-8 may begin with, but for RIFF.
  fc.assert(fc.property(fc.string(), (text) => {
    assert.equal(imageKind(new TextEncoder().encode(text)), undefined);
  }));
  for (const text of ["<svg/>", "<html>", "GIF89a", "BM", "RIFF\0\0\0\0WAVE", "%PDF-1.7", "PNG"]) {
    assert.equal(imageKind(new TextEncoder().encode(text)), undefined);
  }
});

Deno.test("imageKind: one byte of the beginning changed is nothing", () => {
  for (
    const [bytes, read] of [[png(), [0, 1, 2, 3, 4, 5, 6, 7]], [jpeg, [0, 1, 2]], [
      webp,
      [0, 1, 2, 3, 8, 9, 10, 11],
    ]] as const
  ) {
    for (const index of read) {
      const changed = Uint8Array.from(bytes);
      changed[index]! ^= 0x01;
      assert.equal(imageKind(changed), undefined);
    }
  }
});
