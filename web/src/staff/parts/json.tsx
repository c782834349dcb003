import { Code, ScrollArea } from "@mantine/core";

/** A value as JSON, to be read; long ones scroll, also by the keyboard. */
export function Json({ value, label }: { value: unknown; label: string }) {
  return (
    <ScrollArea.Autosize
      mah="28rem"
      viewportProps={{ tabIndex: 0, role: "region", "aria-label": label }}
    >
      <Code block>{JSON.stringify(value, null, 2)}</Code>
    </ScrollArea.Autosize>
  );
}
