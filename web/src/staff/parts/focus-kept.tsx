import { Group } from "@mantine/core";
import { type ReactNode, useLayoutEffect, useRef } from "react";

/**
 * Buttons of which one may vanish by what it did, with its dialog: the focus goes to the first that
 * is there then, and whoever uses the keyboard is where they were.
 */
export function FocusKept({ children }: { children: ReactNode }) {
  const group = useRef<HTMLDivElement>(null);
  const latest = useRef<Element>(null);
  useLayoutEffect(() => {
    if (latest.current === null || latest.current.isConnected) return;
    latest.current = null;
    if (document.activeElement !== document.body) return;
    group.current?.querySelector("button")?.focus();
  });
  return (
    // React tells of the focus in their dialogs, too.
    <Group ref={group} gap="xs" onFocus={({ target }) => latest.current = target}>
      {children}
    </Group>
  );
}
