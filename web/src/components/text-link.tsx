import { Anchor, type AnchorProps } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "wouter";

/** A link to another page of the application. */
export function TextLink(
  { href, ...anchor }: AnchorProps & { href: string; children: ReactNode; "aria-label"?: string },
) {
  return <Anchor component={Link} href={href} {...anchor} />;
}
