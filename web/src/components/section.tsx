import { Group, Paper, Title } from "@mantine/core";
import { type ReactNode, useId } from "react";

interface Props {
  title: string;
  /** Beside the heading. */
  actions?: ReactNode;
  children: ReactNode;
}

/** A part of a page under its own heading: a region by that name. */
export function Section({ title, actions, children }: Props) {
  const id = useId();
  return (
    <Paper component="section" aria-labelledby={id} withBorder radius="md" p="lg" mb="lg">
      <Group justify="space-between" mb="sm" gap="sm">
        <Title id={id} order={2} size="h3">{title}</Title>
        {actions}
      </Group>
      {children}
    </Paper>
  );
}
