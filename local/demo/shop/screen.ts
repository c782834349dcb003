/** What the start screen says of the shop. */
import { accounts } from "../accounts.ts";

/** What else there is to see of an account of the demonstration. */
export function shopShows(email: string): string[] {
  switch (email) {
    case accounts.subscriber.email:
      return ["orders"];
    case accounts.shopper.email:
      return ["orders on their way, come, returned and cancelled", "reviews"];
    default:
      return [];
  }
}

/** What to try, with the running stack's variables. */
export function shopThings(env: Record<string, string>): string[] {
  return [
    `Find something in the shop, typo and all, or buy it at ${env["SITE_URL"]}/shop:
     curl '${env["SUPABASE_URL"]}/functions/v1/products?search=bowll'`,
  ];
}
