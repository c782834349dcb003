/** Pages: walking them gives each product once, in order, whatever ties there are and whatever changes meanwhile. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  readCursor,
  Sort,
  writeCursor,
} from "../../supabase/functions/_shared/shop/catalogue/query.ts";
import { Problem } from "../../supabase/functions/_shared/problem.ts";
import { type Sql, type TestDatabase, testDatabase } from "../support/database.ts";
import { category, type Listed, search, shelve, type Shelved, walk } from "./shelf.ts";

let database: TestDatabase;
let sql: Sql;
const shelved: Shelved[] = [];
let leaves: string[];

Deno.test.beforeAll(async () => {
  database = await testDatabase({ connections: 2 });
  sql = database.sql;
  const top = await category(sql, "top");
  leaves = [await category(sql, "left", top), await category(sql, "right", top)];
  for (let n = 0; n < 30; n++) {
    shelved.push(
      await shelve(sql, leaves[n % 3 % 2]!, {
        en: n % 2 ? "Oak chair" : "Chair of steel",
        prices: [100 * (n % 4)],
        rating: { count: n % 3, sum: 4 * (n % 3) },
        stock: n % 2,
      }),
    );
  }
  // As an import makes them: many at one moment.
  await sql`update public.products set created_at = date_trunc('minute', created_at) + interval '0.123457 s' where right(id::text, 1) < '8'`;
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});

type Card = Listed["products"][number];
const inOrder: Record<string, (a: Card, b: Card) => boolean> = {
  price_asc: (a, b) => a.min_amount < b.min_amount || a.min_amount === b.min_amount && a.id < b.id,
  price_desc: (a, b) => a.min_amount > b.min_amount || a.min_amount === b.min_amount && a.id > b.id,
  newest: (a, b) => a.created_at > b.created_at || a.created_at === b.created_at && a.id > b.id,
  rating: (a, b) => rank(a) > rank(b) || rank(a) === rank(b) && a.id > b.id,
  relevance: () => true,
};
const rank = ({ rating: { count, sum } }: Card) => Math.floor((sum + 15) * 10_000 / (count + 5));

const filters: Record<string, unknown>[] = [
  {},
  { category: "top" },
  { category: "left" },
  { in_stock: true },
  { min_amount: 100, max_amount: 200 },
  { search: "chair" },
  { search: "oak", category: "top" },
];

Deno.test("cursors: walking the pages gives each product once, in the sort's order", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.keys(inOrder)),
      fc.constantFrom(...filters),
      fc.integer({ min: 1, max: 31 }),
      async (sort, filter, page_size) => {
        const asked = { ...filter, sort, ...(sort === "relevance" && { search: "chair" }) };
        const whole = await search(sql, { ...asked, page_size: 100 });
        assert.equal(whole.next, null);
        assert.ok(whole.products.length > 5);
        for (const [index, product] of whole.products.entries()) {
          const before = whole.products[index - 1];
          assert.ok(before === undefined || inOrder[sort]!(before, product), `${sort} at ${index}`);
        }
        const walked = await walk(sql, { ...asked, page_size });
        assert.deepEqual(walked.map(({ id }) => id), whole.products.map(({ id }) => id));
      },
    ),
    { numRuns: 25 },
  );
});

Deno.test("cursors: products whose price changes meanwhile harm no other product's place", async () => {
  const changing = shelved.slice(0, 8).map(({ variants }) => variants[0]!);
  const still = new Set(shelved.slice(8).map(({ id }) => id));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("price_asc", "price_desc", "newest", "rating"),
      fc.integer({ min: 1, max: 12 }),
      fc.infiniteStream(fc.tuple(fc.nat(7), fc.nat(400))),
      async (sort, page_size, changes) => {
        const walked = await walk(sql, { sort, page_size }, async () => {
          const { value: [which, amount] } = changes.next() as { value: [number, number] };
          await sql`update public.variant_prices set unit_amount = ${amount} where variant_id = ${changing[
            which
          ]!}`;
        });
        const seen = walked.map(({ id }) => id).filter((id) => still.has(id));
        assert.equal(seen.length, still.size);
        assert.equal(new Set(seen).size, still.size);
      },
    ),
    { numRuns: 8 },
  );
});

Deno.test("cursors: a page is at least 1, whatever is asked for", async () => {
  assert.equal((await search(sql, { page_size: 0 })).products.length, 1);
  assert.equal((await search(sql, { page_size: -5 })).products.length, 1);
});

const place = fc.record({ key: fc.nat(99).map(String), id: fc.uuid() });

Deno.test("cursors: what was written is read again, for its sort alone", () => {
  fc.assert(fc.property(fc.constantFrom(...Sort.options), place, (sort, { key, id }) => {
    const named = {
      id,
      key: sort === "newest"
        ? `2026-11-0${1 + Number(key) % 9}T00:00:00.000001Z`
        : sort === "relevance"
        ? `24.${key}.${key}.${key}`
        : key,
    };
    const cursor = writeCursor(sort, named);
    assert.match(cursor, /^[\w-]+$/);
    assert.deepEqual(readCursor(sort, cursor), named);
    for (const other of Sort.options) {
      if (other !== sort) assert.throws(() => readCursor(other, cursor), Problem);
    }
  }));
});

Deno.test("cursors: anything else is refused as an invalid query", () => {
  const forged = [
    "1||",
    "1|1|",
    "1|1|x",
    "1|-1|11111111-1111-4111-8111-111111111111",
    "1|999999999|11111111-1111-4111-8111-111111111111",
    "3|2026-02-31T00:00:00.000000Z|11111111-1111-4111-8111-111111111111",
    "3|2026-13-01T00:00:00.000000Z|11111111-1111-4111-8111-111111111111",
    "1|1|11111111-1111-4111-8111-111111111111|",
    "1|1;drop|11111111-1111-4111-8111-111111111111",
  ].map((text) => btoa(text).replace(/=+$/, ""));
  const any = fc.oneof(fc.string(), fc.constantFrom(...forged), fc.base64String());
  fc.assert(fc.property(fc.constantFrom(...Sort.options), any, (sort, text) => {
    assert.throws(
      () => readCursor(sort, text),
      (error) => error instanceof Problem && error.code === "invalid_query",
    );
  }));
});
