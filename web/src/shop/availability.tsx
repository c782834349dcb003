import { Badge } from "@mantine/core";
import { useShopTexts } from "./texts.ts";
import type { Availability } from "./types.ts";

const colours: Record<Availability, string> = {
  in_stock: "green",
  few_left: "orange",
  out_of_stock: "gray",
};

/** Whether it can be had. @param left how many, where few are */
export function AvailabilityBadge(
  { availability, left }: { availability: Availability; left: number | null },
) {
  const s = useShopTexts();
  return (
    <Badge variant="light" color={colours[availability]} tt="none" size="lg" radius="sm">
      {left === null ? s.availability[availability] : s.fewLeft(left)}
    </Badge>
  );
}
