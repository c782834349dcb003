import { Button, Code, Group, Stack, Text } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
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

/** How long a secret is shown at most: whoever passes by later does not read it. */
const shownForMs = 120_000;

/** What events are signed with: shown when it is asked for, since each reading is noted; and changed. */
export function Secret({ endpointId }: { endpointId: string }) {
  const { supabase } = useApp();
  const s = useStaffTexts();
  const [held, setHeld] = useState<Held>();
  const [rotated, setRotated] = useState(false);
  // A rotation that began or ended meanwhile makes a reading's answer an old one.
  const rotations = useRef(0);
  // One button for both, so that it keeps the focus.
  const toggle = useAction(async () => {
    setRotated(false);
    if (held !== undefined) return setHeld(undefined);
    const seen = rotations.current;
    const read = await rows(supabase.rpc("webhook_endpoint_secret", { endpoint_id: endpointId }));
    if (seen === rotations.current) setHeld(read as unknown as Held);
  });
  useEffect(() => {
    if (held === undefined) return;
    const hide = () => setHeld(undefined);
    const hideUnseen = () => document.visibilityState === "hidden" && hide();
    hideUnseen();
    const timer = setTimeout(hide, shownForMs);
    document.addEventListener("visibilitychange", hideUnseen);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", hideUnseen);
    };
  }, [held]);
  return (
    <Section title={s.secret}>
      <Stack gap="md" align="flex-start">
        <Text>{s.secretText}</Text>
        {rotated && <Note>{s.rotated}</Note>}
        {held !== undefined && <Shown key={held.secret} held={held} />}
        <ProblemAlert problem={toggle.problem} />
        <Group gap="sm">
          <ActionButton action={toggle} variant="default">
            {held === undefined ? s.showSecret : s.hideSecret}
          </ActionButton>
          <Rotate
            endpointId={endpointId}
            begun={() => {
              rotations.current++;
              // Where no answer comes, nobody knows whether it is still the one.
              setHeld(undefined);
              setRotated(false);
            }}
            rotated={(made) => {
              rotations.current++;
              setHeld(made);
              setRotated(true);
            }}
          />
        </Group>
      </Stack>
    </Section>
  );
}

function Shown({ held: { secret, previous_signs_until } }: { held: Held }) {
  const s = useStaffTexts();
  const [copied, setCopied] = useState<boolean>();
  // Not Mantine's button, which keeps to itself that the browser refused.
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(secret);
      setCopied(true);
    } catch {
      setCopied(false);
    }
  };
  return (
    <div>
      <Group gap="sm">
        <Code className="anywhere" fz="md">{secret}</Code>
        <Button variant="default" size="compact-sm" onClick={() => void copy()}>
          {copied ? s.copied : s.copySecret}
        </Button>
      </Group>
      {copied === false && <Text role="alert" size="sm" mt="xs">{s.notCopied}</Text>}
      {previous_signs_until !== null && (
        <Text size="sm" mt="xs">
          {s.previousSigns} <Moment at={previous_signs_until} />.
        </Text>
      )}
    </div>
  );
}

interface RotateProps {
  endpointId: string;
  begun(): void;
  rotated(made: Held): void;
}

/** Another secret; for some hours the one before signs as well. */
function Rotate({ endpointId, begun, rotated }: RotateProps) {
  const { supabase } = useApp();
  const s = useStaffTexts();
  const [opened, setOpened] = useState(false);
  // Until an answer has come it is one wish, whatever the hours: a second rotation would end the
  // secret that the receiver uses.
  const rotationId = useRef(crypto.randomUUID());
  const rotate = useAction(async (_key, { overlap_hours }: Record<string, string>) => {
    begun();
    const made = await rows(supabase.rpc("webhook_endpoint_rotate", {
      endpoint_id: endpointId,
      overlap_hours: Number(overlap_hours),
      rotation_id: rotationId.current,
    }));
    rotationId.current = crypto.randomUUID();
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
