/** Where the shop's mails lead. */
import { sitePage } from "../../redirects.ts";
import { signText } from "../../signed-text.ts";
import { shopMails } from "../mails.ts";
import { guestOrderPage, orderPage } from "../pages.ts";

/** Whether a template is one of the shop's. */
export function isShopMail(template: string): boolean {
  return Object.hasOwn(shopMails, template);
}

/**
 * What a mail of the shop's is rendered with: the address of its order's page instead of the order's id. A
 * guest's carries a signature, which SQL cannot make.
 */
export function withOrderPage(
  { order_id, guest, ...others }: Record<string, unknown>,
): Record<string, unknown> {
  const id = String(order_id);
  const page = guest === true ? guestOrderPage(signText("order", id)) : orderPage(id);
  return { url: sitePage(page), ...others };
}
