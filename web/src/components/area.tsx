import { Box, NavLink } from "@mantine/core";
import type { ReactNode } from "react";
import { Link, useLocation } from "wouter";

interface Props {
  /** What the links lead through. */
  label: string;
  links: { href: string; label: string }[];
  children: ReactNode;
}

/** A page of several that belong together: links to the others beside it, above it where it is narrow. */
export function Area({ label, links, children }: Props) {
  const [path] = useLocation();
  return (
    <Box className="area">
      <nav aria-label={label} className="area-nav">
        {links.map(({ href, label }) => (
          <NavLink
            key={href}
            component={Link}
            href={href}
            label={label}
            active={path === href}
            aria-current={path === href ? "page" : undefined}
          />
        ))}
      </nav>
      <div>{children}</div>
    </Box>
  );
}
