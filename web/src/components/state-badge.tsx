import { Badge } from "@mantine/core";

const good = new Set([
  "active",
  "trialing",
  "paid",
  "succeeded",
  "shipped",
  "delivered",
  "accepted",
  "issued",
  "verified",
]);
const bad = new Set([
  "past_due",
  "unpaid",
  "uncollectible",
  "cancelled",
  "expired",
  "disputed",
  "failed",
  "revoked",
  "unverified",
]);

/** A state, coloured by whether it is as one wants it. @param label in the page's language */
export function StateBadge({ state, label }: { state: string; label: string }) {
  const color = good.has(state) ? "green" : bad.has(state) ? "red" : "gray";
  return (
    <Badge variant="light" color={color} tt="none" size="lg" radius="sm" miw="max-content">
      {label}
    </Badge>
  );
}
