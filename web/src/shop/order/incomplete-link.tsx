import { shopPage } from "../../../../supabase/functions/_shared/shop/pages.ts";
import { ButtonLink } from "../../components/button-link.tsx";
import { Page } from "../../components/page.tsx";
import { useShopTexts } from "../texts.ts";

/** A guest's page without the signature that proves it: there is nothing to ask for. */
export function IncompleteLink() {
  const s = useShopTexts();
  return (
    <Page title={s.order}>
      <p>{s.linkIncomplete}</p>
      <ButtonLink href={shopPage}>{s.toShop}</ButtonLink>
    </Page>
  );
}
