/** The pages of plans and payments. */
export { Billing } from "./billing.tsx";
export { BillingDetails } from "./details.tsx";
export { BillingDocuments } from "./documents.tsx";
export { CheckoutCancelled } from "./checkout-cancelled.tsx";
export { CheckoutReturn } from "./checkout-return.tsx";
