/** Which of the shop's pages an address has: those of `_shared/shop/pages.ts`, which mails link to. */
import { Route, useParams, useSearchParams } from "wouter";
import {
  cartPage,
  checkoutPage,
  orderPage,
  orderReturnPage,
  shopPage,
} from "../../../supabase/functions/_shared/shop/pages.ts";
import { SignedIn } from "../components/signed-in.tsx";
import { lazyPages } from "../lazy-pages.tsx";

const page = lazyPages(() => import("./pages.ts"));
const IncompleteLink = page("IncompleteLink");
const OrderShown = page("OrderShown");
const Orders = page("Orders");
const ProductShown = page("ProductShown");
const Receipt = page("Receipt");

export const shopRoutes = [
  <Route key="shop" path={shopPage} component={page("ShopList")} />,
  <Route key="product" path={`${shopPage}/:slug`}>
    {({ slug }) => <ProductShown key={slug} slug={slug} />}
  </Route>,
  <Route key="cart" path={cartPage} component={page("CartShown")} />,
  <Route key="checkout" path={checkoutPage} component={page("CheckoutForm")} />,
  <Route key="return" path={orderReturnPage} component={page("OrderReturn")} />,
  <Route key="orders" path="/orders">
    <SignedIn page={Orders} />
  </Route>,
  <Route key="order" path={orderPage(":id")}>
    <SignedIn page={OwnOrder} />
  </Route>,
  <Route key="receipt" path={`${orderPage(":id")}/receipt`}>
    <SignedIn page={OwnReceipt} />
  </Route>,
  <Route key="guest-order" path="/order" component={GuestOrder} />,
  <Route key="guest-receipt" path="/order/receipt" component={GuestReceipt} />,
];

function OwnOrder() {
  const { id = "" } = useParams();
  return <OrderShown key={id} name={{ order_id: id }} receipt={`${orderPage(id)}/receipt`} />;
}

function OwnReceipt() {
  const { id = "" } = useParams();
  return <Receipt key={id} name={{ order_id: id }} />;
}

/** The signature in the address is all that proves it. */
function useToken(): string {
  const [parameters] = useSearchParams();
  return parameters.get("token") ?? "";
}

function GuestOrder() {
  const token = useToken();
  if (token === "") return <IncompleteLink />;
  return (
    <OrderShown
      name={{ order_token: token }}
      receipt={`/order/receipt?token=${encodeURIComponent(token)}`}
    />
  );
}

function GuestReceipt() {
  const token = useToken();
  if (token === "") return <IncompleteLink />;
  return <Receipt name={{ order_token: token }} />;
}
