import { type ComponentProps, type ReactNode, type SubmitEvent, useId } from "react";
import { useLanguage } from "../i18n/language.tsx";
import { ProblemAlert } from "./alert.tsx";
import type { Action } from "../use-action.ts";

interface FieldProps extends ComponentProps<"input"> {
  label: string;
  hint?: string;
}

/** A labelled input. */
export function Field({ label, hint, ...input }: FieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        required
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        {...input}
      />
      {hint !== undefined && <p id={`${id}-hint`} className="small">{hint}</p>}
    </div>
  );
}

interface FormProps {
  /** Gets what was typed in, by the fields' names. */
  action: Action<[Record<string, string>]>;
  submit: string;
  children: ReactNode;
}

/** A form whose problem stands below its fields. */
export function Form({ action, submit, children }: FormProps) {
  const { t } = useLanguage();
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const values: Record<string, string> = {};
    for (const [name, value] of new FormData(event.currentTarget)) {
      if (typeof value === "string") values[name] = value;
    }
    void action.start(values);
  };
  return (
    <form onSubmit={onSubmit}>
      {children}
      <ProblemAlert problem={action.problem} />
      <button type="submit" aria-disabled={action.pending}>
        {action.pending ? t.working : submit}
      </button>
    </form>
  );
}

interface ActionButtonProps {
  action: Pick<Action<[]>, "pending" | "start">;
  children: ReactNode;
  className?: string;
}

/** A button that says while it is at work. */
export function ActionButton({ action, children, className }: ActionButtonProps) {
  const { t } = useLanguage();
  return (
    <button
      type="button"
      className={className}
      // Not `disabled`: that would take the focus away from who uses the keyboard.
      aria-disabled={action.pending}
      onClick={() => void action.start()}
    >
      {action.pending ? t.working : children}
    </button>
  );
}
