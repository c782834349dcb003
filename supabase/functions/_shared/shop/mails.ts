/** The shop's mails, by name. Free of React, as every template is. */
import { orderConfirmed } from "./mail/order-confirmed.ts";
import {
  orderCancelled,
  orderExpiredPaid,
  orderRefunded,
  orderReturn,
  orderShipped,
} from "./mail/orders.ts";

/** All of them are about an order, and lead to its page (mail/page.ts). */
export const shopMails = {
  order_confirmed: orderConfirmed,
  order_shipped: orderShipped,
  order_refunded: orderRefunded,
  order_cancelled: orderCancelled,
  order_expired_paid: orderExpiredPaid,
  order_return: orderReturn,
};
