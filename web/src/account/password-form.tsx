import { Field, Form } from "../components/form.tsx";
import { useAccountTexts } from "./texts.ts";

interface Props {
  /** Whose password it is. */
  email: string;
  action: Parameters<typeof Form>[0]["action"];
}

/** Asks for a new password. */
export function PasswordForm({ email, action }: Props) {
  const s = useAccountTexts();
  return (
    <Form action={action} submit={s.setPassword}>
      {/* So that a password manager knows whose password it keeps. */}
      <input hidden readOnly name="username" autoComplete="username" value={email} />
      <Field
        label={s.newPassword}
        hint={s.passwordHint}
        name="password"
        type="password"
        autoComplete="new-password"
        minLength={8}
      />
    </Form>
  );
}
