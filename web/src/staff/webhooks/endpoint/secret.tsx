import { Button, Code, CopyButton, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useApp } from "../../../app-context.ts";
import { Note, ProblemAlert } from "../../../components/alert.tsx";
import { Dialog } from "../../../components/dialog.tsx";
import { ActionButton, Field, Form } from "../../../components/form.tsx";
import { Section } from "../../../components/section.tsx";
import { useAction } from "../../../use-action.ts";
import { rows } from "../../../use-read.ts";
import { Moment } from "../../parts/moment.tsx";
import { useStaffTexts } from "../../texts.ts";
import { fieldRefused } from "./refused.ts";

/** What `webhook_endpoint_secret` and `webhook_endpoint_rotate` answer. */
interface Held {
  secret: string;
  /** Until when the one before signs as well; null when it does no more. */
  previous_signs_until: string | null;
}

/** What events are signed with: shown when it is asked for, since each reading is noted; and changed. */
export function Secret({ endpointId }: { endpointId: string }) {
  const { supabase } = useApp();
  const s = useStaffTexts();
  const [held, setHeld] = useState<Held>();
  const [rotated, setRotated] = useState(false);
  // One button for both, so that it keeps the focus.
  const toggle = useAction(async () => {
    setRotated(false);
    if (held !== undefined) return setHeld(undefined);
    const read = await rows(supabase.rpc("webhook_endpoint_secret", { endpoint_id: endpointId }));
    setHeld(read as unknown as Held);
  });
  return (
    <Section title={s.secret}>
      <Stack gap="md" align="flex-start">
        <Text>{s.secretText}</Text>
        {rotated && <Note>{s.rotated}</Note>}
        {held !== undefined && (
          <div>
            <Group gap="sm">
              <Code className="anywhere" fz="md">{held.secret}</Code>
              <CopyButton value={held.secret}>
                {({ copied, copy }) => (
                  <Button variant="default" size="compact-sm" onClick={copy}>
                    {copied ? s.copied : s.copySecret}
                  </Button>
                )}
              </CopyButton>
            </Group>
            {held.previous_signs_until !== null && (
              <Text size="sm" mt="xs">
                {s.previousSigns} <Moment at={held.previous_signs_until} />.
              </Text>
            )}
          </div>
        )}
        <ProblemAlert problem={toggle.problem} />
        <Group gap="sm">
          <ActionButton action={toggle} variant="default">
            {held === undefined ? s.showSecret : s.hideSecret}
          </ActionButton>
          <Rotate
            endpointId={endpointId}
            rotated={(made) => {
              setHeld(made);
              setRotated(true);
            }}
          />
        </Group>
      </Stack>
    </Section>
  );
}

/** Another secret; for some hours the one before signs as well. */
function Rotate({ endpointId, rotated }: { endpointId: string; rotated(made: Held): void }) {
  const { supabase } = useApp();
  const s = useStaffTexts();
  const [opened, setOpened] = useState(false);
  const rotate = useAction(async (_key, { overlap_hours }: Record<string, string>) => {
    const made = await rows(supabase.rpc("webhook_endpoint_rotate", {
      endpoint_id: endpointId,
      overlap_hours: Number(overlap_hours),
    }));
    rotated(made as unknown as Held);
    setOpened(false);
  });
  const refused = fieldRefused(rotate.problem) === "overlap_hours";
  return (
    <>
      <Button variant="default" onClick={() => setOpened(true)}>{s.rotate}</Button>
      <Dialog title={s.rotateTitle} opened={opened} onClose={() => setOpened(false)}>
        <Stack gap="md">
          <Text size="sm">{s.rotateText}</Text>
          <Form
            action={{ ...rotate, problem: refused ? undefined : rotate.problem }}
            submit={s.rotate}
          >
            <Field
              label={s.overlap}
              hint={s.overlapHint}
              name="overlap_hours"
              type="number"
              min={0}
              max={168}
              defaultValue={24}
              error={refused ? s.overlapRefused : undefined}
            />
          </Form>
        </Stack>
      </Dialog>
    </>
  );
}
