/** Which of the pages of plans and payments an address has. */
import { Route } from "wouter";
import { SignedIn } from "../components/signed-in.tsx";
import { lazyPages } from "../lazy-pages.tsx";

const page = lazyPages(() => import("./pages.ts"));
const Billing = page("Billing");
const BillingDetails = page("BillingDetails");
const BillingDocuments = page("BillingDocuments");
const CheckoutReturn = page("CheckoutReturn");

export const billingRoutes = [
  <Route key="billing" path="/billing">
    <SignedIn page={Billing} />
  </Route>,
  <Route key="documents" path="/billing/documents">
    <SignedIn page={BillingDocuments} />
  </Route>,
  <Route key="details" path="/billing/details">
    <SignedIn page={BillingDetails} />
  </Route>,
  <Route key="return" path="/checkout/return">
    <SignedIn page={CheckoutReturn} />
  </Route>,
  <Route key="cancelled" path="/checkout/cancelled" component={page("CheckoutCancelled")} />,
];
