/** English: the pages of plans and payments. */
function countOf(limit: number | null, what: string): string {
  if (limit === null) return `Any number of ${what}s`;
  return limit === 1 ? `1 ${what}` : `${limit} ${what}s`;
}

export const texts = {
  billingTitle: "Plan and billing",
  workspace: (name: string) => `Workspace: ${name}`,
  yourPlan: "Your plan",
  choosePlan: "Choose a plan",
  choose: (plan: string, price: string) => `Choose ${plan}: ${price}`,
  priceEvery: { day: "a day", week: "a week", month: "a month", year: "a year" },
  priceEveryFew: (count: number, unit: string) => `every ${count} ${unit}s`,
  perMember: (price: string) => `${price} per member`,
  free: "Free of charge",
  endedOn: (plan: string, day: string) => `Your plan ${plan} ended on ${day}.`,
  noPlan: "You have no paid plan.",
  renewsOn: (day: string) => `Renews on ${day}.`,
  endsOn: (day: string) => `Ends on ${day}. Until then nothing changes.`,
  trialUntil: (day: string) => `Free trial until ${day}.`,
  paymentFailed: "The last payment failed",
  paymentFailedText: "Put another card on file in the billing portal, or pay the open invoice.",
  payInvoice: "Pay the open invoice",
  cancel: "Cancel at the end of the period",
  uncancel: "Keep the plan",
  portal: "Open the billing portal",
  cancelled: "The plan ends with its period.",
  uncancelled: "The plan goes on.",
  card: (brand: string, last4: string, expiry: string) =>
    `${brand} ending in ${last4}, good until ${expiry}`,
  paymentMethods: "Cards on file",
  status: {
    active: "Active",
    trialing: "Trial",
    past_due: "Payment overdue",
    unpaid: "Unpaid",
    paused: "Paused",
    incomplete: "Not paid yet",
    canceled: "Ended",
    incomplete_expired: "Never paid",
  } as Record<string, string>,
  features: {
    projects: (limit: number | null) => countOf(limit, "project"),
    members: (limit: number | null) => countOf(limit, "member"),
    api_access: () => "API access",
    api_calls: (limit: number | null) =>
      limit === null ? "Unlimited API calls" : `${limit.toLocaleString("en")} API calls a month`,
    audit_log: () => "Audit log",
    priority_support: () => "Priority support",
  } as Record<string, (limit: number | null) => string>,
  usage: "Usage",
  meters: { api_calls: "API calls" } as Record<string, string>,
  usedOf: (used: number, limit: number | null) =>
    limit === null
      ? `${used.toLocaleString("en")} in this billing period`
      : `${used.toLocaleString("en")} of ${limit.toLocaleString("en")} in this billing period`,
  byDay: "By day",
  amountUsed: "Used",
  invoices: "Invoices",
  payments: "Payments",
  documents: "Documents",
  viewInvoice: (number: string) => `View invoice ${number}`,
  view: "View",
  pdfInvoice: (number: string) => `Invoice ${number} as PDF`,
  invoiceStatus: {
    draft: "Draft",
    open: "Open",
    paid: "Paid",
    uncollectible: "Written off",
    void: "Void",
  } as Record<string, string>,
  paymentStatus: {
    pending: "Pending",
    succeeded: "Paid",
    canceled: "Cancelled",
  } as Record<string, string>,
  refunded: (amount: string) => `${amount} refunded`,
  checkoutTitle: "Your purchase",
  checkoutChecking: "Asking Stripe…",
  checkoutPaid: "Thank you: it is paid",
  checkoutPaidText: (day: string) => `Your plan is paid until ${day}.`,
  checkoutProcessing: "The payment is under way",
  checkoutProcessingText: "Your bank has not answered yet. We mail you when it has.",
  checkoutOpen: "Not paid yet",
  checkoutOpenText: "Nothing was charged. You can go on where you stopped.",
  checkoutGoOn: "Go on paying",
  checkoutExpired: "This purchase has expired",
  checkoutExpiredText: "Nothing was charged. Choose a plan to start again.",
  checkoutCancelled: "Purchase cancelled",
  checkoutCancelledText: "Nothing was charged.",
};

export type Texts = typeof texts;
