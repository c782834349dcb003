import * as z from "zod";
import { rows } from "../_shared/database.ts";
import { endpoint, methods } from "../_shared/endpoint.ts";
import { pageOf, pageQuery } from "../_shared/staff/fields.ts";
import { Address, AddressReport, Lift, SuppressionPage } from "../_shared/staff/mail.ts";

/** Addresses that mail is kept from, for staff: list them, look one up, lift what is wrong. */
export default methods(
  endpoint({
    summary: "List suppressed addresses, or with `address` look into one.",
    method: "GET",
    auth: "staff",
    elevated:
      "reads what mail providers told, which belongs to no user; the RPC asks for staff as well",
    limit: "read",
    query: z.strictObject({ ...pageQuery, address: Address.optional() }),
    reply: z.union([SuppressionPage, z.object({ address: AddressReport })]),
    problems: [],
  }, async ({ query: { address, ...page }, user, admin }) => {
    if (address !== undefined) {
      const report = await rows(admin.rpc("staff_mail_address", { staff: user.id, address }));
      return { address: report as z.infer<typeof AddressReport> };
    }
    return await rows(
      admin.rpc("staff_mail_suppressions", { staff: user.id, ...pageOf(page) }),
    ) as z.infer<typeof SuppressionPage>;
  }),
  endpoint({
    summary: "Send mail to an address again.",
    method: "POST",
    auth: "staff",
    elevated: "changes what mail providers told; the RPC asks for staff as well",
    limit: "write",
    body: Lift,
    reply: z.object({ lifted: z.literal(true) }),
    problems: ["not_found"],
  }, async ({ body, user, admin }) => {
    await rows(admin.rpc("staff_mail_lift", { staff: user.id, ...body }));
    return { lifted: true as const };
  }),
);
