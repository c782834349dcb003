import type { User } from "@supabase/supabase-js";
import { IconCreditCard, IconTool, IconUser, IconUsers } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useApp } from "../app-context.ts";
import { Page } from "../components/page.tsx";
import { PersonPicture } from "../components/person.tsx";
// #region shop
import { orderCards, shopCards } from "../shop/home-cards.ts";
// #endregion shop
import { useLanguage } from "../text/language.tsx";
import { rows, useRead } from "../use-read.ts";
import { OwnInvitations } from "../workspace/own-invitations.tsx";
import { Cards } from "./cards.tsx";
import { useHomeTexts } from "./texts.ts";

/** The start page of whoever is signed in: what waits, and the ways on. */
export function SignedIn({ user, notice }: { user: User; notice: ReactNode }) {
  const { supabase, isStaff } = useApp();
  const { t } = useLanguage();
  // #region shop
  const { language } = useLanguage();
  // #endregion shop
  const s = useHomeTexts();
  // Without it the page says the same, less warmly.
  const { value: profile } = useRead(
    () => rows(supabase.from("profiles").select("name, avatar_url").eq("id", user.id).single()),
    user.id,
  );
  const name = profile?.name ?? "";
  return (
    <Page
      key="in"
      title={name === "" ? s.welcomeTitle : s.welcome(name)}
      actions={<PersonPicture name={name} avatar={profile?.avatar_url ?? null} size={56} />}
    >
      {notice}
      <p>{t.signedInAs(user.email ?? "")}</p>
      <OwnInvitations />
      <Cards
        cards={[
          { href: "/billing", title: t.toBilling, text: s.billingText, icon: IconCreditCard },
          { href: "/workspace", title: t.workspace, text: s.workspaceText, icon: IconUsers },
          // #region shop
          ...shopCards(language),
          ...orderCards(language),
          // #endregion shop
          { href: "/account", title: t.account, text: s.accountText, icon: IconUser },
          ...(isStaff
            ? [{ href: "/staff", title: t.staff, text: s.staffText, icon: IconTool }]
            : []),
        ]}
      />
    </Page>
  );
}
