import { Button, NumberInput, Radio, Stack, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { useApp } from "../../app-context.ts";
import { Dialog } from "../../components/dialog.tsx";
import { Form } from "../../components/form.tsx";
import { useAction } from "../../use-action.ts";
import type { Feature } from "./read.ts";
import { useWorkspacesTexts } from "./texts.ts";

interface Props {
  workspaceId: string;
  feature: Feature;
  /** The feature in the page's language. */
  name: string;
  changed(): Promise<void>;
}

/** A moment as `datetime-local` has it: in the reader's time zone, to the minute. */
function localMoment(moment: Date): string {
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString()
    .slice(0, 16);
}

/** Gives a workspace a feature beside its plan, or takes one from it: asks how much, how long and why. */
export function OverrideButton({ workspaceId, feature, name, changed }: Props) {
  const { socle } = useApp();
  const w = useWorkspacesTexts();
  const [opened, setOpened] = useState(false);
  const { override, counted } = feature;
  const [how, setHow] = useState("give");
  const action = useAction(async (_key, values: Record<string, string>) => {
    const { limit = "", until = "", reason = "" } = values;
    const enabled = values["how"] === "give";
    await socle.featureOverrideSet({
      workspace_id: workspaceId,
      feature: feature.now.feature,
      enabled,
      limit: enabled && limit !== "" ? Number(limit) : null,
      expires_at: until === "" ? null : new Date(until).toISOString(),
      reason,
    });
    setOpened(false);
    await changed();
  });
  const { problem } = action;
  const isRefused = (field: string) =>
    problem?.errors.some(({ pointer }) => pointer === `/${field}`) ?? false;
  const refusal = (field: string, text: string) =>
    isRefused(field) && <span role="alert">{text}</span>;
  const told = ["limit", "expires_at", "reason"].some(isRefused);
  const title = override === undefined ? w.overrideFeature(name) : w.changeFeature(name);
  return (
    <>
      <Button
        variant="default"
        size="compact-sm"
        aria-label={title}
        onClick={() => {
          setHow(override?.enabled === false ? "take" : "give");
          setOpened(true);
        }}
      >
        {override === undefined ? w.override : w.change}
      </Button>
      <Dialog title={title} opened={opened} onClose={() => setOpened(false)}>
        <Form action={{ ...action, problem: told ? undefined : problem }} submit={w.set}>
          <Radio.Group name="how" label={w.how} value={how} onChange={setHow}>
            <Stack gap="xs" mt="xs">
              <Radio value="give" label={w.give} />
              <Radio value="take" label={w.take} />
            </Stack>
          </Radio.Group>
          {counted && how === "give" && (
            <NumberInput
              label={w.limit}
              description={w.limitHint}
              name="limit"
              allowDecimal={false}
              allowNegative={false}
              max={Number.MAX_SAFE_INTEGER}
              defaultValue={override?.limit_value ?? ""}
              error={refusal("limit", w.limitRefused)}
            />
          )}
          <TextInput
            type="datetime-local"
            label={w.end}
            description={w.endHint}
            name="until"
            min={localMoment(new Date())}
            max="9999-12-31T23:59"
            defaultValue={override?.expires_at == null
              ? ""
              : localMoment(new Date(override.expires_at))}
            error={refusal("expires_at", w.endRefused)}
          />
          <Textarea
            name="reason"
            label={w.reason}
            description={w.reasonHint}
            required
            withAsterisk={false}
            maxLength={500}
            autosize
            minRows={2}
            error={refusal("reason", w.reasonRefused)}
          />
        </Form>
      </Dialog>
    </>
  );
}
