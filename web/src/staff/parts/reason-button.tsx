import { Button, type ButtonProps, Stack, Text, Textarea } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { Dialog } from "../../components/dialog.tsx";
import { Form } from "../../components/form.tsx";
import { useAction } from "../../use-action.ts";
import { useStaffTexts } from "../texts.ts";

interface Props extends ButtonProps {
  /** On the button, and on the one that does it. */
  label: string;
  /** What is asked, in full: the dialog's name. */
  title: string;
  /** What it does, where the title does not say all. */
  explained?: string;
  /** Fields besides the reason, by their names. */
  children?: ReactNode;
  /** Does it. The key is the same for each try of one wish. `reason` is among the values. */
  run(key: string, values: Record<string, string>): Promise<void>;
}

/** A button for what staff do with a reason: asks for it, does it, and says what stood in the way. */
export function ReasonButton({ label, title, explained, children, run, ...button }: Props) {
  const s = useStaffTexts();
  const [opened, setOpened] = useState(false);
  const action = useAction(async (key, values: Record<string, string>) => {
    await run(key, values);
    setOpened(false);
  });
  return (
    <>
      <Button variant="default" size="compact-sm" {...button} onClick={() => setOpened(true)}>
        {label}
      </Button>
      <Dialog title={title} opened={opened} onClose={() => setOpened(false)}>
        <Stack gap="md">
          {explained !== undefined && <Text size="sm">{explained}</Text>}
          <Form action={action} submit={label}>
            {children}
            <Textarea
              name="reason"
              label={s.reason}
              description={s.reasonHint}
              required
              withAsterisk={false}
              minLength={5}
              maxLength={500}
              autosize
              minRows={2}
            />
          </Form>
        </Stack>
      </Dialog>
    </>
  );
}
