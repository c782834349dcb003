import { Route, Switch } from "wouter";
import { useApp } from "../app-context.ts";
import { Page } from "../components/page.tsx";
import { Shown } from "../components/shown.tsx";
import { TextLink } from "../components/text-link.tsx";
import { useLanguage } from "../text/language.tsx";
import { rows, useRead } from "../use-read.ts";
import { StaffNav } from "./staff-nav.tsx";
import { pages } from "./pages.tsx";
import { SecondFactor } from "./second-factor.tsx";
import { useStaffTexts } from "./texts.ts";

/**
 * Staff's pages for staff; others read what they are missing. The database decides: this only spares
 * somebody who is none a page of refusals.
 */
export function StaffArea() {
  const { supabase } = useApp();
  const standing = useRead(() => rows(supabase.rpc("staff_standing")), "standing");
  return (
    <Shown read={standing}>
      {(value) => {
        if (value === "staff") return <Pages />;
        if (value === "second_factor_required") return <SecondFactor shown={standing.reload} />;
        return <NotStaff />;
      }}
    </Shown>
  );
}

function Pages() {
  const { t } = useLanguage();
  return (
    <StaffNav>
      <Switch>
        {pages}
        <Route>
          <Page title={t.notFoundTitle}>
            <TextLink href="/staff">{t.staff}</TextLink>
          </Page>
        </Route>
      </Switch>
    </StaffNav>
  );
}

function NotStaff() {
  const { session } = useApp();
  const { t } = useLanguage();
  const s = useStaffTexts();
  return (
    <Page title={s.notStaffTitle} narrow>
      <p>{s.notStaff}</p>
      <p>{t.signedInAs(session?.user.email ?? "")}</p>
      <TextLink href="/">{t.toStart}</TextLink>
    </Page>
  );
}
