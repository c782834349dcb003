import { Checkbox, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useApp } from "../../../app-context.ts";
import { Note } from "../../../components/alert.tsx";
import { Field, Form } from "../../../components/form.tsx";
import { type Problem, ProblemError } from "../../../problem.ts";
import type { Supabase } from "../../../supabase.ts";
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

/** What the form writes of an endpoint. */
type Columns = Pick<Endpoint, "url" | "description" | "events">;

const columnNames = ["url", "description", "events"] as const;

const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** Where an endpoint is and what it is told: writes it, or one that does not exist yet. */
export function EndpointForm({ endpoint, types, submit, changed }: Props) {
  const { supabase } = useApp();
  const { t } = useLanguage();
  const s = useStaffTexts();
  // What the fields began with, and how often it was another's.
  const [begun, setBegun] = useState({ with: endpoint, turn: 0 });
  const [chosen, setChosen] = useState(endpoint?.events ?? []);
  const [saved, setSaved] = useState(false);
  // The refusal of events that were changed since.
  const [corrected, setCorrected] = useState<Problem>();
  const save = useAction(async (key, values: Record<string, string>, events: string[]) => {
    setSaved(false);
    const columns: Columns = {
      url: values["url"]!.trim(),
      description: values["description"]!.trim(),
      events,
    };
    if (begun.with !== undefined) {
      const written = await update(supabase, begun.with, columns);
      const isAnothers = columnNames.some((name) => !isSame(written[name], columns[name]));
      setBegun(({ turn }) => ({
        with: { ...begun.with!, ...written },
        turn: isAnothers ? turn + 1 : turn,
      }));
      setChosen(written.events);
      await changed(begun.with.id);
    } else {
      try {
        await rows(supabase.from("webhook_endpoints").insert({ id: key, ...columns }));
      } catch (error) {
        // The key is the id: what is there already an earlier try has made, of which no answer came.
        if (!(error instanceof ProblemError && error.problem.code === "23505")) throw error;
      }
      await changed(key);
    }
    setSaved(true);
  });
  const refused = fieldRefused(save.problem);
  // What it asks for is seen, also once a migration has taken the event away.
  const offered = [
    ...types.map(({ type, description }) => ({
      type,
      said: s.eventTypes[type] ?? <span lang="en">{description}</span>,
    })),
    ...(begun.with?.events ?? []).filter((one) => !types.some(({ type }) => type === one))
      .map((type) => ({ type, said: s.eventGone })),
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
        key={`url ${begun.turn}`}
        name="url"
        type="url"
        maxLength={2000}
        autoComplete="off"
        defaultValue={begun.with?.url}
        error={refused === "url" ? s.urlRefused : undefined}
      />
      <Field
        label={s.endpointDescription}
        hint={s.endpointDescriptionHint}
        key={`description ${begun.turn}`}
        name="description"
        maxLength={500}
        autoComplete="off"
        required={false}
        defaultValue={begun.with?.description}
        error={refused === "description" ? s.descriptionRefused : undefined}
      />
      <Checkbox.Group
        label={s.events}
        value={chosen}
        onChange={(events) => {
          setChosen(events);
          setCorrected(save.problem);
        }}
        error={refused === "events" && corrected !== save.problem && (
          // By what was refused, not by what is chosen now.
          <span role="alert">
            {save.problem?.code === "23514" ? s.eventsNone : s.eventsRefused}
          </span>
        )}
      >
        <Stack gap="xs" my="xs">
          {offered.map(({ type, said }) => (
            <Checkbox
              key={type}
              value={type}
              label={<Text span ff="monospace" size="sm">{type}</Text>}
              description={said}
            />
          ))}
        </Stack>
      </Checkbox.Group>
    </Form>
  );
}

/**
 * Writes what was changed, and that alone: what others have changed meanwhile stays. Where they changed
 * the same, it is refused. Without a change all is written, so that it is checked again.
 *
 * @returns what it is now
 * @throws {ProblemError}
 */
async function update(supabase: Supabase, before: Endpoint, columns: Columns): Promise<Columns> {
  const changed = columnNames.filter((name) => !isSame(before[name], columns[name]));
  const names = changed.length > 0 ? changed : columnNames;
  const table = () => supabase.from("webhook_endpoints");
  const asSeen = Object.fromEntries(
    names.map((name) => [name, name === "events" ? `{${before.events.join(",")}}` : before[name]]),
  );
  const values: Partial<Columns> = Object.fromEntries(names.map((name) => [name, columns[name]]));
  const [written] = await rows(
    table().update(values)
      .eq("id", before.id).match(asSeen).select("url, description, events"),
  );
  if (written !== undefined) return written;
  const [now] = oneWritten(
    await rows(table().select("url, description, events").eq("id", before.id)),
  );
  // An earlier try of which no answer came.
  if (columnNames.every((name) => isSame(now[name], columns[name]))) return now;
  throw new ProblemError({
    code: "changed_meanwhile",
    status: 409,
    title: "Somebody else has changed the same meanwhile: reload the page to see it",
    errors: [],
  });
}
