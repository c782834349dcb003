import { Button, type ButtonProps, PasswordInput, Stack, TextInput } from "@mantine/core";
import type { ReactNode, Ref, SubmitEvent } from "react";
import type { Action } from "../use-action.ts";
import { useLanguage } from "../text/language.tsx";
import { ProblemAlert } from "./alert.tsx";

interface FieldProps {
  label: string;
  name: string;
  hint?: string;
  /** Default: `text`. */
  type?: "email" | "number" | "password" | "search" | "text" | "url";
  autoComplete?: string;
  defaultValue?: string | number | undefined;
  minLength?: number;
  maxLength?: number;
  min?: number;
  max?: number;
  required?: boolean;
  maw?: string;
  /** What is wrong with what was typed. Read out when it appears. */
  error?: string | undefined;
}

/** A labelled input; needed, unless `required` is false. */
export function Field({ hint, error, type = "text", required = true, ...field }: FieldProps) {
  const { t } = useLanguage();
  const input = {
    ...field,
    required,
    withAsterisk: false,
    description: hint,
    error: error !== undefined && <span role="alert">{error}</span>,
  };
  if (type !== "password") return <TextInput {...input} type={type} />;
  return (
    <PasswordInput {...input} visibilityToggleButtonProps={{ "aria-label": t.showCharacters }} />
  );
}

/** What was typed into a form, by the fields' names. */
export function valuesOf(form: HTMLFormElement): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string") values[name] = value;
  }
  return values;
}

interface FormProps {
  /** Gets what was typed in, by the fields' names. */
  action: Action<[Record<string, string>]>;
  submit: string;
  /** Beside the button. */
  beside?: ReactNode;
  children: ReactNode;
}

/** A form whose problem stands below its fields. */
export function Form({ action, submit, beside, children }: FormProps) {
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    void action.start(valuesOf(event.currentTarget));
  };
  return (
    <form onSubmit={onSubmit}>
      <Stack gap="md" maw="30rem">
        {children}
        <ProblemAlert problem={action.problem} />
        <div className="actions">
          <PendingButton type="submit" pending={action.pending}>{submit}</PendingButton>
          {beside}
        </div>
      </Stack>
    </form>
  );
}

interface PendingButtonProps extends ButtonProps {
  pending: boolean;
  children: ReactNode;
  type?: "button" | "submit";
  onClick?: () => void;
  ref?: Ref<HTMLButtonElement>;
  "aria-label"?: string;
}

/** A button that says while it is at work. */
export function PendingButton({ pending, children, ...button }: PendingButtonProps) {
  const { t } = useLanguage();
  return (
    <Button
      type="button"
      {...button}
      // Not `disabled`: that would take the focus away from who uses the keyboard.
      aria-disabled={pending}
      mod={{ pending }}
    >
      {pending ? t.working : children}
    </Button>
  );
}

interface ActionButtonProps extends ButtonProps {
  action: Pick<Action<[]>, "pending" | "start">;
  children: ReactNode;
  "aria-label"?: string;
}

/** A button that does what an action says. */
export function ActionButton({ action, children, ...button }: ActionButtonProps) {
  return (
    <PendingButton {...button} pending={action.pending} onClick={() => void action.start()}>
      {children}
    </PendingButton>
  );
}
