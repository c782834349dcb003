/** Which of the shop's pages an address has: those of `_shared/shop/pages.ts`, which mails link to. */
import type { ReactNode } from "react";
import { Route, useSearchParams } from "wouter";
import {
  cartPage,
  checkoutPage,
  orderPage,
  orderReturnPage,
  shopPage,
} from "../../../supabase/functions/_shared/shop/pages.ts";
import { CartShown } from "./cart.tsx";
import { CheckoutForm } from "./checkout.tsx";
import { OrderReturn } from "./order-return.tsx";
import { OrderShown } from "./order.tsx";
import { Orders } from "./orders.tsx";
import { ProductShown } from "./product.tsx";
import { Receipt } from "./receipt.tsx";
import { ShopList } from "./shop-list.tsx";

/** The routes. @param signedIn wraps a page that wants somebody signed in */
export function shopRoutes(
  signedIn: (page: (userId: string) => ReactNode) => ReactNode,
): ReactNode[] {
  return [
    <Route key="shop" path={shopPage} component={ShopList} />,
    <Route key="product" path={`${shopPage}/:slug`}>
      {({ slug }) => <ProductShown key={slug} slug={slug} />}
    </Route>,
    <Route key="cart" path={cartPage} component={CartShown} />,
    <Route key="checkout" path={checkoutPage} component={CheckoutForm} />,
    <Route key="return" path={orderReturnPage} component={OrderReturn} />,
    <Route key="orders" path="/orders">{signedIn((id) => <Orders key={id} />)}</Route>,
    <Route<{ id: string }> key="order" path={orderPage(":id")}>
      {({ id }) =>
        signedIn((user) => (
          <OrderShown
            key={user + id}
            name={{ order_id: id }}
            receipt={`${orderPage(id)}/receipt`}
          />
        ))}
    </Route>,
    <Route<{ id: string }> key="receipt" path={`${orderPage(":id")}/receipt`}>
      {({ id }) => signedIn((user) => <Receipt key={user + id} name={{ order_id: id }} />)}
    </Route>,
    <Route key="guest-order" path="/order" component={GuestOrder} />,
    <Route key="guest-receipt" path="/order/receipt" component={GuestReceipt} />,
  ];
}

/** The signature in the address is all that proves it. */
function useToken(): string {
  const [parameters] = useSearchParams();
  return parameters.get("token") ?? "";
}

function GuestOrder() {
  const token = useToken();
  return (
    <OrderShown
      name={{ order_token: token }}
      receipt={`/order/receipt?token=${encodeURIComponent(token)}`}
    />
  );
}

function GuestReceipt() {
  const token = useToken();
  return <Receipt name={{ order_token: token }} />;
}
