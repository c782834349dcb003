import { Alert, Button, Checkbox, Code, CopyButton, Group, NativeSelect } from "@mantine/core";
import { useState } from "react";
import type { ApiKeyCreateInput } from "../../../client/src/mod.ts";
import { useApp } from "../app-context.ts";
import { Field, Form } from "../components/form.tsx";
import { Section } from "../components/section.tsx";
import { useLanguage } from "../text/language.tsx";
import { useAction } from "../use-action.ts";
import { useWorkspaceTexts } from "./texts.ts";

const scopes = ["workspace:read", "workspace:write"] as const;

interface Props {
  workspaceId: string;
  created: () => Promise<void>;
}

/** Makes a key, and shows it this once. */
export function CreateKey({ workspaceId, created }: Props) {
  const { socle } = useApp();
  const { t } = useLanguage();
  const s = useWorkspaceTexts();
  const [chosen, setChosen] = useState<string[]>(["workspace:read"]);
  const [made, setMade] = useState<{ name: string; key: string }>();
  const create = useAction(async (_key, values: Record<string, string>) => {
    const { name = "", role, days } = values;
    const { key } = await socle.apiKeyCreate({
      workspace_id: workspaceId,
      name,
      role: role as ApiKeyCreateInput["role"],
      scopes: scopes.filter((scope) => chosen.includes(scope)),
      expires_in_days: days === "" ? null : Number(days),
    });
    setMade({ name, key });
    await created();
  });
  if (made !== undefined) {
    return (
      <Section title={s.keyMade(made.name)}>
        <Alert role="status" color="green" mb="md">{s.keyOnce}</Alert>
        <Group gap="sm" mb="md">
          <Code className="anywhere" fz="md">{made.key}</Code>
          <CopyButton value={made.key}>
            {({ copied, copy }) => (
              <Button variant="default" onClick={copy}>{copied ? s.copied : s.copy}</Button>
            )}
          </CopyButton>
        </Group>
        <Button onClick={() => setMade(undefined)}>{s.keyKept}</Button>
      </Section>
    );
  }
  return (
    <Section title={s.keyCreate}>
      <Form action={create} submit={s.keyCreate}>
        <Field label={t.name} hint={s.keyNameHint} name="name" maxLength={100} autoComplete="off" />
        <NativeSelect
          label={s.role}
          name="role"
          data={["member", "admin", "billing"].map((role) => ({
            value: role,
            label: s.roles[role] ?? role,
          }))}
        />
        <Checkbox.Group label={s.mayDo} value={chosen} onChange={setChosen}>
          <Group mt="xs">
            {scopes.map((scope) => (
              <Checkbox key={scope} value={scope} label={s.scopes[scope] ?? scope} />
            ))}
          </Group>
        </Checkbox.Group>
        <NativeSelect
          label={s.goodFor}
          name="days"
          defaultValue="90"
          data={[
            ...[30, 90, 365].map((days) => ({ value: String(days), label: s.days(days) })),
            { value: "", label: s.forGood },
          ]}
        />
      </Form>
    </Section>
  );
}
