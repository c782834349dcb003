/** Records of CSV, for any cells and in whatever pieces the bytes come. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { CsvRecords } from "../../supabase/functions/_shared/shop/import/records.ts";

/** Reads bytes in pieces of these sizes. */
async function read(bytes: Uint8Array, sizes: number[], linesBefore = 0) {
  const records = new CsvRecords(",", linesBefore);
  let offset = 0;
  for (const size of sizes) {
    await records.add(bytes.subarray(offset, offset + size));
    offset += size;
  }
  await records.add(bytes.subarray(offset));
  await records.end();
  return records.found;
}

Deno.test("csv: the same records in whatever pieces the bytes come, and from wherever reading goes on", async () => {
  const cell = fc.string({ unit: fc.constantFrom(...'ab,;"\n\r é😀'), maxLength: 8 });
  const rows = fc.array(fc.array(cell, { minLength: 1, maxLength: 3 }), { maxLength: 6 });
  const ending = fc.constantFrom("\n", "\r\n");
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 12 });
  await fc.assert(fc.asyncProperty(rows, ending, sizes, async (cells, end, pieces) => {
    const text = cells.map((row) =>
      row.map((one) => `"${one.replaceAll('"', '""')}"`).join(",") + end
    ).join("");
    const bytes = new TextEncoder().encode(text);
    const whole = await read(bytes, []);
    assert.deepEqual(
      whole.map((record) => record.cells),
      cells.filter((row) => row.some((one) => one !== "")),
    );
    assert.deepEqual(await read(bytes, pieces), whole);
    for (const [index, { bytes: until, lines }] of whole.entries()) {
      const rest = await read(bytes.subarray(until), pieces, lines);
      assert.deepEqual(
        rest.map((record) => ({ ...record, bytes: record.bytes + until })),
        whole.slice(index + 1),
      );
    }
  }));
});
