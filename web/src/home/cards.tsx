import { Group, Paper, SimpleGrid, Text, ThemeIcon } from "@mantine/core";
import type { Icon } from "@tabler/icons-react";
import { Link } from "wouter";

/** A way into an area. */
export interface Card {
  href: string;
  title: string;
  text: string;
  icon: Icon;
}

/** Ways into the areas, each with what is to be found there. */
export function Cards({ cards }: { cards: Card[] }) {
  return (
    <SimpleGrid component="ul" cols={{ base: 1, xs: 2, md: 4 }} className="plain-list" mt="xl">
      {cards.map(({ href, title, text, icon: Shown }) => (
        <li key={href}>
          <Paper component={Link} href={href} withBorder p="lg" h="100%" className="home-card">
            <Group gap="sm" mb="xs" wrap="nowrap">
              <ThemeIcon variant="light" size="lg" aria-hidden>
                <Shown size={20} stroke={1.8} />
              </ThemeIcon>
              <Text fw={650}>{title}</Text>
            </Group>
            <Text size="sm" c="dimmed">{text}</Text>
          </Paper>
        </li>
      ))}
    </SimpleGrid>
  );
}
