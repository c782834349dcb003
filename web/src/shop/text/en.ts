/** English: the pages of the shop. */
export const texts = {
  title: "Shop",
  search: "Search for products",
  find: "Search",
  nothingFound: "Nothing was found.",
  more: "Show more",
  from: (price: string) => `From ${price}`,
  toShop: "To the shop",
  variant: "Choose one",
  quantity: "Quantity",
  before: "Before: ",
  availability: {
    in_stock: "In stock",
    few_left: "Few left",
    out_of_stock: "Out of stock",
  },
  fewLeft: (count: number) => count === 1 ? "Only one left" : `Only ${count} left`,
  addToCart: "Add to the cart",
  added: "It is in your cart.",
  toCart: "To the cart",

  cart: "Cart",
  emptyCart: "There is nothing in your cart.",
  subtotal: "Subtotal",
  goneItem: "No longer sold",
  notOnSale: "This is no longer sold. Remove it to go on.",
  priceChanged: (from: string, to: string) => `The price changed from ${from} to ${to}.`,
  canHave: (count: number | null) =>
    count === null
      ? "There are not that many left: choose fewer."
      : count === 1
      ? "Only one of them can be had."
      : `Only ${count} of them can be had.`,
  capped: (wanted: number, kept: number) => `Your carts held ${wanted} together; ${kept} are kept.`,
  leftOut: (count: number) =>
    count === 1
      ? "One product had no room when your carts became one."
      : `${count} products had no room when your carts became one.`,
  oneLess: (name: string) => `One less of ${name}`,
  oneMore: (name: string) => `One more of ${name}`,
  remove: "Remove",
  removeLine: (name: string) => `Remove ${name}`,
  notPurchasable: "Not all of this can be bought as it is: see what is noted beside it.",
  toCheckout: "To the checkout",

  checkout: "Checkout",
  haveAccount: "Have an account? Log in",
  emailHint: "The confirmation goes there.",
  address: "Shipping address",
  line1: "Street and number",
  line2: "Floor, company (if any)",
  postalCode: "Postal code",
  city: "City",
  country: "Country",
  shipping: "Shipping",
  days: (min: number | null, max: number) =>
    min === null || min === max ? (max === 1 ? "one day" : `${max} days`) : `${min} to ${max} days`,
  discountCode: "Discount code (if any)",
  total: "Total",
  totalHint: "A discount, and taxes if there are any, show on the next page.",
  toPayment: "Go on to payment",

  order: "Your order",
  orders: "Your orders",
  orderNumber: (number: string) => `Order ${number}`,
  thanks: "Thank you for your order",
  thanksText: (number: string) =>
    `Your order ${number} is paid. A confirmation is on its way by mail.`,
  toOrder: "See the order",
  expiredText: "Nothing was charged. What you chose is still in your cart.",
  orderStatus: {
    pending: "Not paid yet",
    paid: "Paid",
    fulfilling: "Being prepared",
    shipped: "Shipped",
    delivered: "Delivered",
    cancelled: "Cancelled",
    expired: "Expired",
    partially_refunded: "Partly refunded",
    refunded: "Refunded",
    disputed: "Disputed",
    review: "Being checked",
  } as Record<string, string>,
  sentBy: (carrier: string) => `Sent by ${carrier}:`,
  track: "follow it",
  lines: "What was ordered",
  item: "Product",
  unitPrice: "Price each",
  discount: "Discount",
  tax: "Taxes",
  refunded: "Refunded",
  cancelOrder: "Cancel the order",

  receipt: "Receipt",
  receiptOf: (number: string) => `Receipt ${number}`,
  notPaid: "This order is not paid.",
  print: "Print",
  seller: "Sold by",
  buyer: "Sold to",
  orderedOn: (day: string) => `Ordered on ${day}`,
  paidOn: (day: string) => `Paid on ${day}`,
  paidAmount: (amount: string) => `${amount} were paid.`,

  checkoutChecking: "Asking Stripe…",
  checkoutProcessing: "The payment is under way",
  checkoutProcessingText: "Your bank has not answered yet. We mail you when it has.",
  checkoutOpen: "Not paid yet",
  checkoutOpenText: "Nothing was charged. You can go on where you stopped.",
  checkoutGoOn: "Go on paying",
  checkoutExpired: "This purchase has expired",
};

export type Texts = typeof texts;
