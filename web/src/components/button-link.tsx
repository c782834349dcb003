import { Button, type ButtonProps } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "wouter";

interface Props extends ButtonProps {
  href: string;
  children: ReactNode;
  "aria-label"?: string;
}

/** A link to another page that looks like a button. */
export function ButtonLink({ href, ...button }: Props) {
  return <Button component={Link} href={href} {...button} />;
}

/** The same, to another site. */
export function ButtonAnchor({ href, ...button }: Props) {
  return <Button component="a" href={href} {...button} />;
}
