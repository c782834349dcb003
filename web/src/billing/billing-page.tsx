import type { ComponentProps } from "react";
import { useLanguage } from "../text/language.tsx";
import { OfWorkspacePage } from "../workspace/of-workspace-page.tsx";
import { useBillingTexts } from "./texts.ts";

/** A page about the chosen workspace's billing, with the ways to the others. */
export function BillingPage(
  page: Omit<ComponentProps<typeof OfWorkspacePage>, "area" | "links">,
) {
  const { t } = useLanguage();
  const s = useBillingTexts();
  const links = [
    { href: "/billing", label: s.billingTitle },
    { href: "/billing/documents", label: s.documentsTitle },
    { href: "/billing/details", label: s.detailsTitle },
  ];
  return <OfWorkspacePage area={t.billing} links={links} {...page} />;
}
