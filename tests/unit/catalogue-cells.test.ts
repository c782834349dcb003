/** Cells of a catalogue's file: prices without floats, formulas that are none, headers, rows, lines and bytes. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { readHeader, separatorOf } from "../../supabase/functions/_shared/shop/import/columns.ts";
import { decimalOf, minorUnits } from "../../supabase/functions/_shared/shop/import/decimal.ts";
import { guarded, unguarded } from "../../supabase/functions/_shared/shop/import/guard.ts";
import { readBatch, type ReadFrom } from "../../supabase/functions/_shared/shop/import/batch.ts";
import type { Column } from "../../supabase/functions/_shared/shop/import/columns.ts";

const amount = (text: string, currency: string, comma = false) => {
  const parsed = minorUnits(text, currency, comma);
  return "amount" in parsed ? parsed.amount : parsed.problem;
};

Deno.test("prices: as many decimals as the currency has, and not one more", () => {
  assert.equal(amount("12.34", "EUR"), 1234);
  assert.equal(amount("12.3", "EUR"), 1230);
  assert.equal(amount("12", "EUR"), 1200);
  assert.equal(amount("0.07", "EUR"), 7);
  assert.equal(amount("1500", "JPY"), 1500);
  assert.equal(amount("1.234", "KWD"), 1234);
  assert.match(String(amount("12.345", "EUR")), /2 decimals/);
  assert.match(String(amount("1.500", "EUR")), /2 decimals/, "1500 perhaps");
  assert.match(String(amount("12.5", "JPY")), /no decimals/);
  assert.match(String(amount("1000000.00", "EUR")), /too much/);
  assert.equal(amount("999999.99", "EUR"), 99_999_999);
  assert.equal(amount("12,34", "EUR", true), 1234);
  for (
    const text of ["12,34", "-1", "+1", "1e3", "1 000", "1.2.3", ".5", "5.", "", "½", "١", "0x1"]
  ) {
    assert.match(String(amount(text, "EUR")), /not a price/, text);
  }
});

Deno.test("prices: what is written is read as the same amount, in any currency", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 99_999_999 }),
      fc.constantFrom("EUR", "JPY", "KWD"),
      (value, currency) => {
        assert.equal(amount(decimalOf(value, currency), currency), value);
      },
    ),
  );
});

Deno.test("guard: no text that begins as a formula stays so, and each comes back as it was", () => {
  const text = fc.array(
    fc.constantFrom("=", "+", "-", "@", "'", "\t", "\r", "a", "é", " ", "(none)"),
  )
    .map((parts) => parts.join(""));
  fc.assert(fc.property(text, (value) => {
    assert.doesNotMatch(guarded(value), /^([=+\-@\t\r]|\(none\)$)/);
    assert.equal(unguarded(guarded(value)), value);
  }));
});

Deno.test("header: its separator, its columns in any case, and what is wrong with it", () => {
  assert.equal(separatorOf("sku;product;price:eur"), ";");
  assert.equal(separatorOf('"a;b;c;d",product'), ",");
  assert.equal(separatorOf("sku\tproduct"), "\t");
  assert.equal(separatorOf("sku"), ",");
  const read = readHeader(["SKU", " product ", "Price:EUR"], { eur: "EUR" });
  assert.deepEqual("columns" in read && read.columns[2], {
    name: "price:eur",
    kind: "price",
    list: "eur",
    currency: "EUR",
  });
});

const columns = (readHeader(["sku", "product", "name_en"], {}) as { columns: Column[] }).columns;

/** Reads a whole file, batch by batch, its bytes in pieces of `piece`. */
async function readAll(bytes: Uint8Array, piece: number, mostRows: number, lines = 0) {
  const read: ReadFrom = async function* (from, most) {
    const end = Math.min(bytes.length, from + most);
    for (let at = from; at < end; at += piece) yield bytes.subarray(at, Math.min(end, at + piece));
  };
  const rows: [number, string, unknown][] = [];
  const errors: number[] = [];
  for (let at = { byte: 0, lines, size: bytes.length };;) {
    const batch = await readBatch(read, at, { separator: ",", columns }, mostRows);
    rows.push(
      ...batch.rows.map((row): [number, string, unknown] => [row.line, row.sku, row.name_en]),
    );
    errors.push(...batch.errors.map(({ line }) => line));
    if (batch.last) return { rows, errors };
    assert.ok(batch.byte > at.byte, "it goes on");
    at = { ...at, byte: batch.byte, lines: batch.lines };
  }
}

Deno.test("rows: each once and on its line, whatever the pieces, the batches and the line ends", async () => {
  const cell = fc.array(fc.constantFrom("a", "é", '"', ",", "\n", "\r\n", "\r", "𝄞", " "), {
    minLength: 1,
    maxLength: 8,
  }).map((parts) => parts.join(""));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof({ weight: 5, arbitrary: cell }, fc.constant("")), { maxLength: 12 }),
      fc.constantFrom("\n", "\r\n", "\r"),
      fc.boolean(),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 5 }),
      async (names, end, ended, piece, mostRows) => {
        const expected: [number, string, unknown][] = [];
        let line = 1;
        let text = "";
        names.forEach((name, n) => {
          if (name === "") {
            text += end; // An empty line.
            line++;
            return;
          }
          expected.push([line, `s${n}`, name]);
          text += `s${n},p,"${name.replaceAll('"', '""')}"` +
            (n < names.length - 1 || ended ? end : "");
          line += 1 + (name.match(/\r\n|\r|\n/g) ?? []).length;
        });
        const { rows, errors } = await readAll(new TextEncoder().encode(text), piece, mostRows);
        assert.deepEqual(rows, expected);
        assert.deepEqual(errors, []);
      },
    ),
    { numRuns: 150 },
  );
});

Deno.test("rows: bytes that are no UTF-8, and rows of another width, are errors of their line", async () => {
  const bytes = new TextEncoder().encode("a,p,x\nb,p,?\nc,p\nd,p,x,y\ne,p,x\n");
  bytes[bytes.indexOf("?".charCodeAt(0))] = 0xe9;
  const { rows, errors } = await readAll(bytes, 4, 2);
  assert.deepEqual(rows.map(([line]) => line), [1, 5]);
  assert.deepEqual(errors, [2, 3, 4]);
});
