/** The pages of plans and payments. */
export { Billing } from "./billing.tsx";
export { CheckoutCancelled } from "./checkout-cancelled.tsx";
export { CheckoutReturn } from "./checkout-return.tsx";
