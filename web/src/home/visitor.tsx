import { List, Paper, SimpleGrid, Text, Title } from "@mantine/core";
import { IconCreditCard, IconKey, IconUsers } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { ButtonLink } from "../components/button-link.tsx";
import { LogIn } from "../components/log-in.tsx";
import { Page } from "../components/page.tsx";
// #region shop
import { shopCards } from "../shop/home-cards.ts";
// #endregion shop
import { useLanguage } from "../text/language.tsx";
import { Cards } from "./cards.tsx";
import { useHomeTexts } from "./texts.ts";

/** The start page of whoever is not signed in: what there is, and the way in. */
export function Visitor({ notice }: { notice: ReactNode }) {
  const { t } = useLanguage();
  // #region shop
  const { language } = useLanguage();
  // #endregion shop
  const s = useHomeTexts();
  return (
    <Page key="out" title={s.visitorTitle}>
      {notice}
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing={{ base: "lg", md: 60 }}>
        <div>
          <Text size="lg" mb="lg">{s.visitorText}</Text>
          <List spacing="xs" mb="lg">
            {s.visitorPoints.map((point) => <List.Item key={point}>{point}</List.Item>)}
          </List>
          <ButtonLink href="/sign-up" size="md">{t.signUpTitle}</ButtonLink>
        </div>
        <Paper component="section" aria-labelledby="log-in" withBorder p="lg">
          <Title order={2} size="h3" id="log-in" mb="md">{t.logInTitle}</Title>
          <LogIn />
        </Paper>
      </SimpleGrid>
      <Cards
        cards={[
          // #region shop
          ...shopCards(language),
          // #endregion shop
          { href: "/billing", title: t.billing, text: s.billingText, icon: IconCreditCard },
          { href: "/workspace", title: t.workspace, text: s.workspaceText, icon: IconUsers },
          { href: "/workspace/keys", title: s.keys, text: s.keysText, icon: IconKey },
        ]}
      />
    </Page>
  );
}
