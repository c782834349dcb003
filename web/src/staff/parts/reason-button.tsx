import { Button, type ButtonProps, Stack, Text, Textarea } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { Dialog } from "../../components/dialog.tsx";
import { Form } from "../../components/form.tsx";
import type { Problem } from "../../problem.ts";
import { useAction } from "../../use-action.ts";
import { useStaffTexts } from "../texts.ts";

interface Props extends ButtonProps {
  /** On the button, and on the one that does it. */
  label: string;
  /** What is asked, in full: the dialog's name. */
  title: string;
  /** What it does, where the title does not say all. */
  explained?: string;
  /** Where the reason is kept, and how long it is. */
  hint?: string;
  /** Fields besides the reason, by their names. */
  children?: ReactNode;
  /** Does it. The key is the same for each try of one wish. `reason` is among the values. */
  run(key: string, values: Record<string, string>): Promise<void>;
}

/** Whether nothing but the reason was refused: an endpoint names the field, our SQL says it in a sentence. */
function isOfReason(problem: Problem | undefined): boolean {
  if (problem?.code !== "invalid_body") return false;
  const { errors, detail } = problem;
  if (errors.length > 0) return errors.every(({ pointer }) => pointer === "/reason");
  return detail?.startsWith("Say why") ?? false;
}

/** A button for what staff do with a reason: asks for it, does it, and says what stood in the way. */
export function ReasonButton(
  { label, title, explained, hint, children, run, ...button }: Props,
) {
  const s = useStaffTexts();
  const [opened, setOpened] = useState(false);
  const action = useAction(async (key, values: Record<string, string>) => {
    await run(key, values);
    setOpened(false);
  });
  const refused = isOfReason(action.problem);
  return (
    <>
      <Button variant="default" size="compact-sm" {...button} onClick={() => setOpened(true)}>
        {label}
      </Button>
      <Dialog title={title} opened={opened} onClose={() => setOpened(false)}>
        <Stack gap="md">
          {explained !== undefined && <Text size="sm">{explained}</Text>}
          <Form
            action={{ ...action, problem: refused ? undefined : action.problem }}
            submit={label}
          >
            {children}
            <Textarea
              name="reason"
              label={s.reason}
              description={hint ?? s.reasonHint}
              required
              withAsterisk={false}
              minLength={5}
              maxLength={500}
              autosize
              minRows={2}
              error={refused && <span role="alert">{s.reasonRefused}</span>}
            />
          </Form>
        </Stack>
      </Dialog>
    </>
  );
}
