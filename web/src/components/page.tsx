import { Box, Group, Loader, Title } from "@mantine/core";
import { type ReactNode, useEffect, useRef } from "react";
import { useLanguage } from "../text/language.tsx";
import { useKeptFocus } from "./kept-focus.ts";

let isFirst = true;

interface Props {
  title: string;
  /** Beside the heading. */
  actions?: ReactNode;
  /** As wide as a form. */
  narrow?: boolean;
  children?: ReactNode;
}

/**
 * A page's heading and content. Moves the focus to the heading, so that a screen reader says where one is, and
 * keeps it on the page.
 */
export function Page({ title, actions, narrow = false, children }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useKeptFocus(box, heading);
  useEffect(() => {
    document.title = `${title} · Socle`;
  }, [title]);
  useEffect(() => {
    // The browser itself does so for the first page.
    if (!isFirst) {
      scrollTo(0, 0);
      heading.current?.focus({ preventScroll: true });
    }
    isFirst = false;
  }, []);
  return (
    <Box ref={box} maw={narrow ? "30rem" : undefined}>
      <Group justify="space-between" align="center" mb="lg" gap="sm">
        <Title ref={heading} tabIndex={-1} order={1} className="page-title">{title}</Title>
        {actions}
      </Group>
      {children}
    </Box>
  );
}

/** What shows until the content is there. Read out. */
export function Loading() {
  const { t } = useLanguage();
  return (
    <Group role="status" gap="sm" py="md">
      <Loader size="sm" aria-hidden />
      <span>{t.loading}</span>
    </Group>
  );
}
