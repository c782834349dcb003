import { ActionIcon, CopyButton, Group, Text } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useStaffTexts } from "../texts.ts";

/** How much of an id tells it from its neighbours on one page. */
const shown = 10;

/** An id cut to what one recognizes it by, and a button that copies all of it. */
export function ShortId({ id }: { id: string | number }) {
  const s = useStaffTexts();
  const whole = String(id);
  const short = whole.length > shown + 4 ? `${whole.slice(0, shown)}…` : whole;
  return (
    <Group component="span" gap={2} wrap="nowrap" display="inline-flex">
      <Text span ff="monospace" size="sm" title={whole}>{short}</Text>
      <CopyButton value={whole}>
        {({ copied, copy }) => (
          <ActionIcon
            variant="subtle"
            color={copied ? "green" : "gray"}
            size="sm"
            aria-label={copied ? s.copied : s.copy(whole)}
            onClick={copy}
          >
            {copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
          </ActionIcon>
        )}
      </CopyButton>
    </Group>
  );
}
