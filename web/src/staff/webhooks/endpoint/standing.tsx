import { Button, Group, Text } from "@mantine/core";
import { useRef, useState } from "react";
import { useLocation } from "wouter";
import { useApp } from "../../../app-context.ts";
import { ProblemAlert } from "../../../components/alert.tsx";
import { Confirm } from "../../../components/dialog.tsx";
import { PendingButton } from "../../../components/form.tsx";
import { Section } from "../../../components/section.tsx";
import { useAction } from "../../../use-action.ts";
import { rows } from "../../../use-read.ts";
import { useStaffTexts } from "../../texts.ts";
import { type Endpoint, oneWritten } from "./endpoint.ts";

interface Props {
  endpoint: Endpoint;
  changed(): Promise<void>;
}

/** Whether it is told of events at all: switched on and off, or taken away. */
export function Standing({ endpoint, changed }: Props) {
  const { supabase } = useApp();
  const s = useStaffTexts();
  const [, navigate] = useLocation();
  const [asked, setAsked] = useState<"disable" | "remove">();
  const { id, url, enabled, disabled_reason } = endpoint;
  const close = () => setAsked(undefined);
  const table = () => supabase.from("webhook_endpoints");
  const enable = useAction(async () => {
    oneWritten(await rows(table().update({ enabled: true }).eq("id", id).select("id")));
    await changed();
  });
  const toggle = useRef<HTMLButtonElement>(null);
  const disable = useAction(async () => {
    oneWritten(await rows(table().update({ enabled: false }).eq("id", id).select("id")));
    close();
    await changed();
    // The button that asked may be gone.
    toggle.current?.focus();
  });
  const remove = useAction(async () => {
    oneWritten(await rows(table().delete().eq("id", id).select("id")));
    navigate("/staff/deliveries");
  });
  return (
    <Section title={s.standing}>
      <Text mb="sm">{enabled ? s.enabledText : s.disabledText}</Text>
      <ProblemAlert problem={enable.problem} />
      <Group gap="sm">
        {/* One button for both, so that it keeps the focus. */}
        <PendingButton
          ref={toggle}
          variant={enabled ? "default" : "filled"}
          pending={enable.pending}
          onClick={() => enabled ? setAsked("disable") : void enable.start()}
        >
          {enabled ? s.disable : s.enable}
        </PendingButton>
        {!enabled && disabled_reason !== null && (
          <Button
            variant="default"
            onClick={() => setAsked("disable")}
          >
            {s.leaveDisabled}
          </Button>
        )}
        <Button variant="subtle" color="red" onClick={() => setAsked("remove")}>
          {s.removeEndpoint}
        </Button>
      </Group>
      <Confirm
        title={s.disableTitle(url)}
        opened={asked === "disable"}
        onClose={close}
        action={disable}
        confirm={enabled ? s.disable : s.leaveDisabled}
      >
        <Text size="sm">{enabled ? s.disableText : s.leaveDisabledText}</Text>
      </Confirm>
      <Confirm
        title={s.removeEndpointTitle(url)}
        opened={asked === "remove"}
        onClose={close}
        action={remove}
        confirm={s.removeEndpoint}
      >
        <Text size="sm">{s.removeEndpointText}</Text>
      </Confirm>
    </Section>
  );
}
