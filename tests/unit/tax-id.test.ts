/** The form of tax ids, for each country of the Union and some others. */
import { equal, ok } from "node:assert/strict";
import fc from "fast-check";
import {
  parseTaxId,
  type TaxIdType,
  taxIdTypes,
} from "../../supabase/functions/_shared/billing/tax-id.ts";

/** One that is well formed, of each country. */
const good = (
  "ATU12345678 BE0123456789 BG123456789 CY12345678X CZ12345678 DE123456789 DK12345678 EE123456789 " +
  "EL123456789 ESX1234567X FI12345678 FRAB123456789 HR12345678901 HU12345678 IE1234567WA IT12345678901 " +
  "LT123456789 LU12345678 LV12345678901 MT12345678 NL123456789B01 PL1234567890 PT123456789 RO1234567 " +
  "SE123456789101 SI12345678 SK1234567890 XI123456789"
).split(" ");

Deno.test("tax ids: one of each country of the Union is taken, and with a sign less refused", () => {
  equal(good.length, 28);
  for (const value of good) {
    equal(parseTaxId("eu_vat", value), value);
    // A shorter number of Bulgaria, Romania or Ireland may be one as well.
    if (!/^(BG|RO|IE|CZ|LT)/.test(value)) {
      equal(parseTaxId("eu_vat", value.slice(0, -1)), undefined, value);
    }
  }
  for (const value of ["GB123456789", "US12-3456789", "FRIO123456789", "", "DE", "12345678901"]) {
    equal(parseTaxId("eu_vat", value), undefined, value);
  }
});

Deno.test("tax ids: written as people write them, kept as registers take them", () => {
  const cases: [TaxIdType, string, string][] = [
    ["eu_vat", " fr ab 123 456 789 ", "FRAB123456789"],
    ["eu_vat", "DE-123.456.789", "DE123456789"],
    ["gb_vat", "gb 123 4567 89", "GB123456789"],
    ["ch_vat", "CHE123456789 mwst", "CHE-123.456.789 MWST"],
    ["ch_vat", "CHE-123.456.789 TVA", "CHE-123.456.789 TVA"],
    ["no_vat", "123 456 789 MVA", "123456789MVA"],
    ["us_ein", "123456789", "12-3456789"],
  ];
  for (const [type, typed, kept] of cases) equal(parseTaxId(type, typed), kept);
});

Deno.test("tax ids: whatever is typed is refused or ends in a form that stays as it is", () => {
  fc.assert(
    fc.property(fc.constantFrom(...taxIdTypes), fc.string({ unit: "binary" }), (type, typed) => {
      const kept = parseTaxId(type, typed);
      ok(kept === undefined || parseTaxId(type, kept) === kept);
    }),
  );
});
