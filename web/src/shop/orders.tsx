import { useEffect, useState } from "react";
import { Link } from "wouter";
import { orderPage, shopPage } from "../../../supabase/functions/_shared/shop/pages.ts";
import { useApp } from "../app-context.ts";
import { ProblemAlert } from "../components/alert.tsx";
import { Page } from "../components/page.tsx";
import { formatDay, formatMoney } from "../format.ts";
import { useLanguage } from "../i18n/language.tsx";
import { ProblemError, problemOf } from "../problem.ts";
import type { Supabase } from "../supabase.ts";
import { useAction } from "../use-action.ts";

async function readOrders(supabase: Supabase) {
  const { data, error } = await supabase.from("orders")
    .select("id, number, status, currency, total_amount, created_at")
    .order("created_at", { ascending: false }).limit(50);
  if (error !== null) throw new ProblemError(await problemOf(error));
  return data;
}

/** The orders of whoever is signed in, newest first: read under RLS. */
export function Orders() {
  const { supabase } = useApp();
  const { t, language } = useLanguage();
  const [orders, setOrders] = useState<Awaited<ReturnType<typeof readOrders>>>();
  const look = useAction(async () => setOrders(await readOrders(supabase)));
  useEffect(() => void look.start(), []);
  return (
    <Page title={t.shop.orders}>
      <ProblemAlert problem={look.problem} />
      {orders === undefined && look.problem === undefined && <p role="status">{t.loading}</p>}
      {orders?.length === 0 && <p>{t.none}</p>}
      {orders !== undefined && orders.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">{t.number}</th>
              <th scope="col">{t.date}</th>
              <th scope="col">{t.state}</th>
              <th scope="col" className="number">{t.amount}</th>
            </tr>
          </thead>
          <tbody>
            {orders.map((order) => (
              <tr key={order.id}>
                <th scope="row" data-label={t.number}>
                  <Link href={orderPage(order.id)}>{order.number}</Link>
                </th>
                <td data-label={t.date}>{formatDay(order.created_at, language)}</td>
                <td data-label={t.state}>
                  <span className={`badge ${order.status}`}>
                    {t.shop.orderStatus[order.status] ?? order.status}
                  </span>
                </td>
                <td className="number" data-label={t.amount}>
                  {formatMoney(order.total_amount, order.currency, language)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p>
        <Link href={shopPage}>{t.shop.toShop}</Link>
      </p>
    </Page>
  );
}
