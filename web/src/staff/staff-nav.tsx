import { Box, NavLink } from "@mantine/core";
import {
  IconArrowsLeftRight,
  IconCreditCardRefund,
  IconGauge,
  IconMailOff,
  IconScale,
  IconStack2,
  IconUsersGroup,
  IconWebhook,
} from "@tabler/icons-react";
import { type ReactNode, useEffect, useRef } from "react";
import { Link, useLocation } from "wouter";
import { useLanguage } from "../text/language.tsx";
import { shopLinks } from "./shop/pages.tsx";
import { useStaffTexts } from "./texts.ts";

/** Which of the links leads to the page or to what it belongs to. */
function isAt(path: string, href: string): boolean {
  return path === href || (href !== "/staff" && path.startsWith(`${href}/`));
}

/** The ways through staff's pages: beside the page, above it where it is narrow. */
export function StaffNav({ children }: { children: ReactNode }) {
  const [path] = useLocation();
  const { t } = useLanguage();
  const s = useStaffTexts();
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    // Where the links are a row that scrolls, the one that one is at is in sight.
    const row = nav.current!;
    const link = row.querySelector<HTMLElement>("[aria-current]");
    if (link !== null) row.scrollLeft = link.offsetLeft - row.offsetLeft - 24;
  }, [path]);
  const links = [
    { href: "/staff", name: "overview", icon: IconGauge },
    ...shopLinks,
    { href: "/staff/workspaces", name: "workspaces", icon: IconUsersGroup },
    { href: "/staff/payments", name: "payments", icon: IconCreditCardRefund },
    { href: "/staff/webhooks", name: "webhooks", icon: IconWebhook },
    { href: "/staff/deliveries", name: "deliveries", icon: IconArrowsLeftRight },
    { href: "/staff/jobs", name: "jobs", icon: IconStack2 },
    { href: "/staff/mail", name: "mail", icon: IconMailOff },
    { href: "/staff/reconciliation", name: "reconciliation", icon: IconScale },
  ] as const;
  return (
    <Box className="area">
      <nav ref={nav} aria-label={t.staff} className="area-nav staff-nav">
        {links.map(({ href, name, icon: Icon }) => (
          <NavLink
            key={href}
            component={Link}
            href={href}
            label={s[name]}
            leftSection={<Icon size={18} stroke={1.6} aria-hidden />}
            active={isAt(path, href)}
            aria-current={isAt(path, href) ? "page" : undefined}
          />
        ))}
      </nav>
      <div>{children}</div>
    </Box>
  );
}
