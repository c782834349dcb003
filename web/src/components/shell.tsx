import { AppShell, Burger, Button, Container, Group } from "@mantine/core";
import { type ReactNode, useEffect, useState } from "react";
import { Link, useLocation } from "wouter";
import { useApp } from "../app-context.ts";
import { CartLink, ordersWay, shopWay } from "../shop/nav.tsx";
import { useLanguage } from "../text/language.tsx";
import { SchemeSwitch } from "./scheme-switch.tsx";

/** The frame of every page: name, ways to the areas, language, colours, and who is signed in. */
export function Shell({ children }: { children: ReactNode }) {
  const { t } = useLanguage();
  const [path] = useLocation();
  const [opened, setOpened] = useState(false);
  useEffect(() => setOpened(false), [path]);
  return (
    <AppShell
      header={{ height: 60 }}
      navbar={{ width: 0, breakpoint: "md", collapsed: { desktop: true, mobile: !opened } }}
    >
      <a href="#content" className="skip">{t.skipToContent}</a>
      <AppShell.Header>
        <Container size="lg" h="100%">
          <Group h="100%" justify="space-between" wrap="nowrap" gap="sm">
            <Group wrap="nowrap" gap="sm">
              <Burger
                hiddenFrom="md"
                size="sm"
                opened={opened}
                aria-expanded={opened}
                aria-label={t.menu}
                onClick={() => setOpened(!opened)}
              />
              <Link href="/" className="brand">Socle</Link>
              <Group component="nav" aria-label={t.mainNavigation} gap={4} visibleFrom="md" ml="md">
                <Ways />
              </Group>
            </Group>
            <Group wrap="nowrap" gap={4}>
              <CartLink />
              <LanguageSwitch />
              <SchemeSwitch />
              <Group visibleFrom="md">
                <SignInOrOut />
              </Group>
            </Group>
          </Group>
        </Container>
      </AppShell.Header>
      <AppShell.Navbar p="md" hiddenFrom="md">
        {/* Not there while it is closed: nobody tabs into what cannot be seen. */}
        {opened && (
          <nav aria-label={t.mainNavigation} className="narrow-nav">
            <Ways />
            <SignInOrOut />
          </nav>
        )}
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        <Container size="lg" py="xl">{children}</Container>
      </AppShell.Main>
    </AppShell>
  );
}

/** Whether the path is the page's or below it. */
const isWithin = (path: string, href: string) => path === href || path.startsWith(`${href}/`);

function Ways() {
  const { session, isStaff } = useApp();
  const { t } = useLanguage();
  // #region shop
  const { language } = useLanguage();
  // #endregion shop
  const [path] = useLocation();
  const ways = [
    ...shopWay(language),
    ...(session === null ? [] : [
      ...ordersWay(language),
      { href: "/workspace", label: t.workspace },
      { href: "/billing", label: t.billing },
      { href: "/account", label: t.account },
    ]),
    ...(isStaff ? [{ href: "/staff", label: t.staff }] : []),
  ];
  return ways.map(({ href, label }) => (
    <Button
      key={href}
      component={Link}
      href={href}
      variant={isWithin(path, href) ? "light" : "subtle"}
      color="gray"
      size="compact-md"
      aria-current={isWithin(path, href) ? "page" : undefined}
    >
      {label}
    </Button>
  ));
}

function LanguageSwitch() {
  const { t, language, choose } = useLanguage();
  const other = language === "en" ? "fr" : "en";
  return (
    <Button
      variant="subtle"
      color="gray"
      size="compact-md"
      lang={other}
      aria-label={t.otherLanguage}
      onClick={() => choose(other)}
    >
      {other.toUpperCase()}
    </Button>
  );
}

function SignInOrOut() {
  const { supabase, session } = useApp();
  const { t } = useLanguage();
  const [path] = useLocation();
  if (session !== null) {
    return (
      <Button
        variant="default"
        size="compact-md"
        onClick={() => void supabase.auth.signOut({ scope: "local" })}
      >
        {t.signOut}
      </Button>
    );
  }
  if (path === "/log-in") return null;
  return (
    <Button
      component={Link}
      href={`/log-in?${new URLSearchParams({ to: path })}`}
      variant="default"
      size="compact-md"
    >
      {t.logIn}
    </Button>
  );
}
