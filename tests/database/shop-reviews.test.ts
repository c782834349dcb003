/** Reviews: who may write one, what is kept of them, and that kept ratings equal a recount. */
import assert from "node:assert/strict";
import { insertUser, type Sql, type TestDatabase, testDatabase } from "../support/database.ts";
import { onSale, type Sold } from "../support/products.ts";
import { insertOrder } from "../support/shop-rows.ts";

let database: TestDatabase;
let sql: Sql;
Deno.test.beforeAll(async () => {
  database = await testDatabase({ connections: 6 });
  sql = database.sql;
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});

type Work<T> = (tx: Sql) => Promise<T>;

/** Runs as a user, or as nobody, under RLS. */
async function as<T>(userId: string | null, work: Work<T>): Promise<T> {
  const role = userId === null ? "anon" : "authenticated";
  return await sql.begin(async (tx) => {
    await tx.unsafe(`
      set local request.jwt.claims = '${JSON.stringify({ role, sub: userId ?? undefined })}';
      set local role ${role}`);
    return await work(tx as unknown as Sql);
  }) as T;
}

const review = (itemId: string, product: Sold, rating = 5, comment = "Good.") => (tx: Sql) =>
  tx<{ id: string }[]>`
    insert into public.reviews (order_item_id, product_id, rating, comment)
    values (${itemId}, ${product.productId}, ${rating}, ${comment}) returning id`;

async function buyer(product: Sold, status = "paid") {
  const userId = await insertUser(sql, { metadata: { name: "Ada Lovelace" } });
  return { userId, ...await insertOrder(sql, { userId, product, status }) };
}

async function ratings(product: Sold): Promise<[number, number]> {
  const [row] = await sql<{ rating_count: number; rating_sum: string }[]>`
    select rating_count, rating_sum from public.products where id = ${product.productId}`;
  return [row!.rating_count, Number(row!.rating_sum)];
}

const imbalances = () => sql`select * from private.rating_imbalances()`;

Deno.test("reviews: a line of an order is reviewed once it is paid, and not once it is refunded", async () => {
  const product = await onSale(sql, { stock: 0 });
  const allowed: Record<string, boolean> = {};
  const [states] = await sql<{ all: string[] }[]>`
    select array_agg(distinct status) as all from (
      select from_status as status from private.order_transitions
      union all select to_status from private.order_transitions
    ) as known`;
  for (const status of states!.all) {
    const { userId, itemId } = await buyer(product, status);
    allowed[status] = await as(userId, review(itemId, product)).then(() => true, (error) => {
      assert.equal(error.code, "42501", status);
      return false;
    });
  }
  assert.deepEqual(allowed, {
    cancelled: false,
    delivered: true,
    disputed: false,
    expired: false,
    fulfilling: true,
    paid: true,
    partially_refunded: true,
    pending: false,
    refunded: false,
    review: false,
    shipped: true,
  });
  assert.deepEqual(await ratings(product), [5, 25]);
});

Deno.test("reviews: a line all of which was refunded is not reviewed, whatever becomes of the others", async () => {
  const product = await onSale(sql, { stock: 0 });
  const { userId, itemId } = await buyer(product, "partially_refunded");
  await sql`update public.order_items set refunded_quantity = 1 where id = ${itemId}`;
  await assert.rejects(as(userId, review(itemId, product)), { code: "42501" });
});

Deno.test("reviews: a rating cannot be bought and given back: it counts while an order shows it bought", async () => {
  const product = await onSale(sql, { stock: 0 });
  const { userId, itemId, orderId } = await buyer(product);
  await as(userId, review(itemId, product, 1));
  const shown = async () => {
    const [row] = await as(
      null,
      (tx) =>
        tx`select jsonb_array_length(public.product_reviews(${product.productId}) -> 'reviews') as n`,
    );
    return row!["n"];
  };
  const become = (status: string) =>
    sql`update public.orders set status = ${status} where id = ${orderId}`;
  assert.deepEqual([await ratings(product), await shown()], [[1, 1], 1]);
  await become("disputed");
  assert.deepEqual([await ratings(product), await shown()], [[0, 0], 0]);
  await become("paid");
  assert.deepEqual([await ratings(product), await shown()], [[1, 1], 1], "the dispute was won");
  await sql`update public.order_items set refunded_quantity = 1 where id = ${itemId}`;
  assert.deepEqual([await ratings(product), await shown()], [[0, 0], 0], "the line came back");
  await sql`update public.order_items set refunded_quantity = 0 where id = ${itemId}`;
  assert.deepEqual([await ratings(product), await shown()], [[1, 1], 1]);
  await become("refunded");
  assert.deepEqual([await ratings(product), await shown()], [[0, 0], 0]);
  // Its author still has it, and changing it does not bring it back.
  await as(
    userId,
    (tx) => tx`update public.reviews set rating = 5 where order_item_id = ${itemId}`,
  );
  assert.deepEqual(await ratings(product), [0, 0]);
  assert.equal((await imbalances()).length, 0);
});

Deno.test("reviews: written while its order is refunded, one does not count, whoever comes first", async () => {
  const product = await onSale(sql, { stock: 0 });
  for (let round = 0; round < 10; round++) {
    const { userId, itemId, orderId } = await buyer(product);
    const [written] = await Promise.allSettled([
      as(userId, review(itemId, product, 1)),
      sql`update public.orders set status = 'refunded' where id = ${orderId}`.then(),
    ]);
    if (written!.status === "rejected") {
      const { code } = written.reason as { code: string };
      assert.ok(["42501", "PT403"].includes(code), code);
    }
  }
  assert.deepEqual(await ratings(product), [0, 0]);
  assert.equal((await imbalances()).length, 0);
});

Deno.test("reviews: nobody reviews what another bought, another product than the line's, or a line twice", async () => {
  const product = await onSale(sql, { stock: 0 });
  const other = await onSale(sql, { stock: 0 });
  const { userId, itemId } = await buyer(product);
  const stranger = await buyer(other);
  await assert.rejects(as(stranger.userId, review(itemId, product)), { code: "42501" });
  await assert.rejects(as(null, review(itemId, product)), { code: "42501" });
  await assert.rejects(
    as(userId, (tx) =>
      tx`
      insert into public.reviews (order_item_id, product_id, rating)
      values (${itemId}, ${other.productId}, 5)`),
    { code: "42501" },
  );
  for (const rating of [0, 6]) {
    await assert.rejects(as(userId, review(itemId, product, rating)), { code: "23514" });
  }
  await assert.rejects(as(userId, review(itemId, product, 5, "x".repeat(5001))), { code: "23514" });
  await as(userId, review(itemId, product));
  await assert.rejects(as(userId, review(itemId, product)), { code: "23505" });
  assert.deepEqual(await ratings(product), [1, 5]);
});

Deno.test("reviews: the service role, whom no policy binds, is held to it as well", async () => {
  const product = await onSale(sql, { stock: 0 });
  const { userId, itemId } = await buyer(product, "pending");
  await assert.rejects(
    sql`
      insert into public.reviews (order_item_id, product_id, user_id, rating)
      values (${itemId}, ${product.productId}, ${userId}, 5)`,
    { message: "review_not_allowed" },
  );
});

Deno.test("reviews: its author changes rating and comment alone; others change nothing", async () => {
  const product = await onSale(sql, { stock: 0 });
  const { userId, itemId } = await buyer(product);
  const stranger = await buyer(product);
  const [made] = await as(userId, review(itemId, product, 5));
  await as(
    userId,
    (tx) =>
      tx`update public.reviews set rating = 2, comment = E'Broke.\\r\\nTwice.\\u0007 ' where id = ${
        made!.id
      }`,
  );
  const [kept] = await sql`select rating, comment from public.reviews where id = ${made!.id}`;
  assert.deepEqual(kept, { rating: 2, comment: "Broke.\nTwice." });
  assert.deepEqual(await ratings(product), [1, 2]);
  const touched = await as(
    stranger.userId,
    (tx) => tx`update public.reviews set rating = 1 where id = ${made!.id}`,
  );
  assert.equal(touched.count, 0);
  await assert.rejects(
    as(userId, (tx) => tx`update public.reviews set hidden_at = null where id = ${made!.id}`),
    { code: "42501" },
  );
  await as(userId, (tx) => tx`delete from public.reviews where id = ${made!.id}`);
  assert.deepEqual(await ratings(product), [0, 0]);
});

Deno.test("reviews: staff hide one with a reason and show it again; ratings follow, the audit log tells", async () => {
  const product = await onSale(sql, { stock: 0 });
  const { userId, itemId } = await buyer(product);
  const staff = await insertUser(sql);
  await sql`insert into private.staff (user_id, note) values (${staff}, 'a test')`;
  const [made] = await as(userId, review(itemId, product, 1, "An insult."));
  const id = made!.id;
  const hide = (reason: string | null) => (tx: Sql) =>
    tx`select public.review_hide(${id}, ${reason})`;
  await assert.rejects(as(userId, hide("I do not like it")), { message: "forbidden" });
  for (const reason of [null, "no", "x".repeat(501)]) {
    await assert.rejects(as(staff, hide(reason)), { message: "invalid_body" });
  }
  await as(staff, hide("insults a person"));
  assert.deepEqual(await ratings(product), [0, 0]);
  const shown = (tx: Sql) => tx`select public.product_reviews(${product.productId}) as page`;
  assert.deepEqual((await as(null, shown))[0]!["page"], { reviews: [], next_cursor: null });

  // Its author sees that, and why; and cannot be rid of it by deleting it, to write it once more.
  const own = (tx: Sql) => tx`select hidden_reason from public.reviews where id = ${id}`;
  assert.equal((await as(userId, own))[0]!["hidden_reason"], "insults a person");
  assert.equal(
    (await as(userId, (tx) => tx`delete from public.reviews where id = ${id}`)).count,
    0,
  );
  await as(userId, (tx) => tx`update public.reviews set rating = 3 where id = ${id}`);
  assert.deepEqual(await ratings(product), [0, 0]);

  const listed = await as(
    staff,
    (tx) => tx`select public.staff_reviews(${product.productId}, hidden => true) as page`,
  );
  assert.deepEqual(listed[0]!["page"].reviews.map((one: { id: string }) => one.id), [id]);
  await assert.rejects(as(userId, (tx) => tx`select public.staff_reviews()`), {
    message: "forbidden",
  });
  await as(staff, (tx) => tx`select public.review_show(${id})`);
  assert.deepEqual(await ratings(product), [1, 3]);
  const entries = await sql`
    select actor_id, actor_kind, changes -> 'hidden_reason' as reason from public.audit_log
    where target = ${id} order by id`;
  assert.deepEqual([...entries], [
    { actor_id: staff, actor_kind: "staff", reason: { old: null, new: "insults a person" } },
    { actor_id: staff, actor_kind: "staff", reason: { old: "insults a person", new: null } },
  ]);
  await assert.rejects(
    as(staff, (tx) => tx`select public.review_hide(${crypto.randomUUID()}, 'not there')`),
    { message: "review_not_found" },
  );
});

Deno.test("reviews: kept ratings equal a recount, whoever writes, changes, hides and leaves at once", async () => {
  const products = await Promise.all(Array.from({ length: 3 }, () => onSale(sql, { stock: 0 })));
  const buyers = [];
  for (let n = 0; n < 12; n++) {
    const userId = await insertUser(sql);
    const items: [string, Sold][] = [];
    for (const product of products) {
      items.push([(await insertOrder(sql, { userId, product })).itemId, product]);
    }
    buyers.push({ userId, items: n % 2 === 0 ? items : items.toReversed() });
  }
  await Promise.all(
    buyers.flatMap(({ userId, items }) =>
      items.map(([item, product], n) => as(userId, review(item, product, 1 + n)))
    ),
  );
  assert.equal((await imbalances()).length, 0);
  assert.deepEqual(
    (await Promise.all(products.map(ratings))).map(([count]) => count),
    [12, 12, 12],
  );
  // Accounts that go take reviews of the same products along, in whichever order they were written.
  const ended = await Promise.allSettled(buyers.map(({ userId, items }, n) => {
    if (n < 6) return sql`delete from auth.users where id = ${userId}`.then();
    if (n < 9) {
      return as(userId, (tx) => tx`update public.reviews set rating = 5 where rating < 5`);
    }
    return sql`
      update public.reviews set hidden_at = now(), hidden_reason = 'a test' where order_item_id = ${
      items[0]![0]
    }`.then();
  }));
  assert.deepEqual(ended.filter(({ status }) => status === "rejected"), []);
  assert.deepEqual([...await imbalances()], []);
  const [left] = await sql<{ n: number }[]>`
    select count(*)::int as n from public.reviews where hidden_at is null
      and product_id in ${sql(products.map(({ productId }) => productId))}`;
  assert.equal(left!.n, 15);
});

Deno.test("product_reviews: pages by keyset, newest first, each once, also at the same microsecond", async () => {
  const product = await onSale(sql, { stock: 0 });
  for (let n = 0; n < 7; n++) {
    const { userId, itemId } = await buyer(product);
    const [made] = await as(userId, review(itemId, product, 1 + n % 5, `${n}`));
    const at = new Date(Date.UTC(2026, 0, 1 + Math.floor(n / 3)));
    await sql`update public.reviews set created_at = ${at} where id = ${made!.id}`;
  }
  interface Page {
    reviews: { id: string; created_at: string; comment: string }[];
    next_cursor: string | null;
  }
  const seen: Page["reviews"] = [];
  let cursor: string | null = null;
  do {
    const [row]: { page: Page }[] = await as(null, (tx) =>
      tx<{ page: Page }[]>`
        select public.product_reviews(${product.productId}, ${cursor}, 2) as page`);
    assert.ok(row!.page.reviews.length <= 2);
    seen.push(...row!.page.reviews);
    cursor = row!.page.next_cursor;
  } while (cursor !== null);
  assert.equal(new Set(seen.map(({ id }) => id)).size, 7);
  const times = seen.map(({ created_at }) => created_at);
  assert.deepEqual(times, times.toSorted().toReversed());
  for (const wrong of ["2", "x_y", "1_00000000-0000-0000-0000-00000000000g"]) {
    await assert.rejects(
      as(null, (tx) => tx`select public.product_reviews(${product.productId}, ${wrong})`),
      { message: "invalid_query" },
    );
  }
});

Deno.test("product_reviews: tells a short name and a picture, and no id, address or order of its author", async () => {
  const product = await onSale(sql, { stock: 0 });
  const email = `grace.hopper.${crypto.randomUUID()}@example.com`;
  const userId = await insertUser(sql, { email, metadata: {} });
  const { itemId, orderId } = await insertOrder(sql, { userId, product });
  await as(userId, review(itemId, product, 4, "<b>Solid</b>"));
  const read = async () => {
    const [row] = await as(
      null,
      (tx) =>
        tx<{ text: string }[]>`select public.product_reviews(${product.productId})::text as text`,
    );
    return row!.text;
  };
  const text = await read();
  for (const secret of [userId, itemId, orderId, email, "grace"]) assert.ok(!text.includes(secret));
  const [shown] = JSON.parse(text).reviews;
  assert.deepEqual(Object.keys(shown).toSorted(), [
    "author_name",
    "avatar_url",
    "comment",
    "created_at",
    "id",
    "rating",
    "verified",
  ]);
  // Who has chosen no name is called by the address: that is nobody's to read.
  assert.deepEqual([shown.author_name, shown.verified, shown.comment], [
    null,
    true,
    "<b>Solid</b>",
  ]);
  for (
    const [name, told] of [
      ["Grace Hopper", "Grace H."],
      ["  José  María  de la Cruz ", "José C."],
      ["Madonna", "Madonna"],
      ["me@example.com", null],
    ] as const
  ) {
    await sql`update public.profiles set name = ${name} where id = ${userId}`;
    assert.equal(JSON.parse(await read()).reviews[0].author_name, told);
  }
  await sql`update public.products set active = false where id = ${product.productId}`;
  assert.deepEqual(JSON.parse(await read()).reviews, []);
});

Deno.test("product_reviews: a page is read by its index, however many reviews there are", async () => {
  const product = await onSale(sql, { stock: 0 });
  const plan = await sql.begin(async (tx) => {
    // Whether the index can give the page, in its order: what a table of few rows would be read by depends on
    // when it was analyzed last.
    for (const way of ["seqscan", "bitmapscan", "sort"]) {
      await tx.unsafe(`set local enable_${way} = off`);
    }
    return await tx<{ "QUERY PLAN": string }[]>`
      explain select * from public.reviews
      where product_id = ${product.productId} and hidden_at is null
        and (created_at, id) < (now(), ${product.productId})
      order by created_at desc, id desc limit 20`;
  });
  const text = plan.map((line) => line["QUERY PLAN"]).join("\n");
  assert.match(text, /Index Cond: \(\(product_id = .*ROW\(created_at, id\) </);
  assert.doesNotMatch(text, /Sort/);
});
