import { Checkbox, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useApp } from "../../../app-context.ts";
import { Note } from "../../../components/alert.tsx";
import { Field, Form } from "../../../components/form.tsx";
import { ProblemError } from "../../../problem.ts";
import { useLanguage } from "../../../text/language.tsx";
import { useAction } from "../../../use-action.ts";
import { rows } from "../../../use-read.ts";
import { useStaffTexts } from "../../texts.ts";
import { type Endpoint, type EventType, oneWritten } from "./endpoint.ts";
import { fieldRefused } from "./refused.ts";

interface Props {
  /** Undefined for one that does not exist yet. */
  endpoint?: Endpoint;
  types: EventType[];
  /** On the button. */
  submit: string;
  /** Gets the endpoint's id: of a new one, too. */
  changed(id: string): Promise<void>;
}

/** Where an endpoint is and what it is told: writes it, or one that does not exist yet. */
export function EndpointForm({ endpoint, types, submit, changed }: Props) {
  const { supabase } = useApp();
  const { t } = useLanguage();
  const s = useStaffTexts();
  const [chosen, setChosen] = useState(endpoint?.events ?? []);
  const [saved, setSaved] = useState(false);
  const save = useAction(async (key, values: Record<string, string>, events: string[]) => {
    setSaved(false);
    const columns = {
      url: values["url"]!.trim(),
      description: values["description"]!.trim(),
      events,
    };
    const id = endpoint?.id ?? key;
    const table = supabase.from("webhook_endpoints");
    if (endpoint !== undefined) {
      oneWritten(await rows(table.update(columns).eq("id", id).select("id")));
    } else {
      try {
        await rows(table.insert({ id, ...columns }));
      } catch (error) {
        // The key is the id: what is there already an earlier try has made, of which no answer came.
        if (!(error instanceof ProblemError && error.problem.code === "23505")) throw error;
      }
    }
    await changed(id);
    setSaved(true);
  });
  const refused = fieldRefused(save.problem);
  // What it asks for is seen, also once a migration has taken the event away.
  const offered = [
    ...types,
    ...(endpoint?.events ?? []).filter((one) => !types.some(({ type }) => type === one))
      .map((type) => ({ type, description: s.eventGone })),
  ];
  return (
    <Form
      action={{
        ...save,
        problem: refused === undefined ? save.problem : undefined,
        start: (values) => save.start(values, chosen),
      }}
      submit={submit}
      beside={saved && <Note>{t.saved}</Note>}
    >
      <Field
        label={s.url}
        hint={s.urlHint}
        name="url"
        type="url"
        maxLength={2000}
        autoComplete="off"
        defaultValue={endpoint?.url}
        error={refused === "url" ? s.urlRefused : undefined}
      />
      <Field
        label={s.endpointDescription}
        hint={s.endpointDescriptionHint}
        name="description"
        maxLength={500}
        autoComplete="off"
        required={false}
        defaultValue={endpoint?.description}
        error={refused === "description" ? s.descriptionRefused : undefined}
      />
      <Checkbox.Group
        label={s.events}
        value={chosen}
        onChange={setChosen}
        error={refused === "events" && (
          <span role="alert">{chosen.length === 0 ? s.eventsNone : s.eventsRefused}</span>
        )}
      >
        <Stack gap="xs" my="xs">
          {offered.map(({ type, description }) => (
            <Checkbox
              key={type}
              value={type}
              label={<Text span ff="monospace" size="sm">{type}</Text>}
              description={s.eventTypes[type] ?? <span lang="en">{description}</span>}
            />
          ))}
        </Stack>
      </Checkbox.Group>
    </Form>
  );
}
