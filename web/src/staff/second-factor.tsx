import { Image, Text } from "@mantine/core";
import { useState } from "react";
import { useApp } from "../app-context.ts";
import { ProblemAlert } from "../components/alert.tsx";
import { ActionButton, Field, Form } from "../components/form.tsx";
import { Page } from "../components/page.tsx";
import { Shown } from "../components/shown.tsx";
import { useAction } from "../use-action.ts";
import { useRead } from "../use-read.ts";
import { ShortId } from "./parts/short-id.tsx";
import { useStaffTexts } from "./texts.ts";

interface Props {
  /** Called once the session has the second factor. */
  shown(): Promise<void>;
}

/** Staff's pages may ask for a second factor: shows it, or sets one up first. */
export function SecondFactor({ shown }: Props) {
  const { supabase } = useApp();
  const s = useStaffTexts();
  const factors = useRead(async () => {
    const { data, error } = await supabase.auth.mfa.listFactors();
    if (error !== null) throw error;
    return data.totp;
  }, "factors");
  return (
    <Page title={s.secondFactorTitle} narrow>
      <p>{s.secondFactorNeeded}</p>
      <Shown read={factors}>
        {([first]) =>
          first === undefined
            ? <Enrol shown={shown} />
            : <Code factorId={first.id} shown={shown} />}
      </Shown>
    </Page>
  );
}

/** Asks for the six digits of the moment. */
function Code({ factorId, shown }: Props & { factorId: string }) {
  const { supabase } = useApp();
  const s = useStaffTexts();
  const verify = useAction(async (_key, { code = "" }: Record<string, string>) => {
    const { error } = await supabase.auth.mfa.challengeAndVerify({ factorId, code: code.trim() });
    if (error !== null) throw error;
    await shown();
  });
  return (
    <Form action={verify} submit={s.showFactor}>
      <Field
        label={s.factorCode}
        hint={s.factorCodeHint}
        name="code"
        autoComplete="one-time-code"
      />
    </Form>
  );
}

/** Gives an authenticator app its secret; the first code from there makes the factor good. */
function Enrol({ shown }: Props) {
  const { supabase } = useApp();
  const s = useStaffTexts();
  const [factor, setFactor] = useState<{ id: string; totp: { qr_code: string; secret: string } }>();
  const enrol = useAction(async () => {
    const { data, error } = await supabase.auth.mfa.enroll({ factorType: "totp" });
    if (error !== null) throw error;
    setFactor(data);
  });
  if (factor === undefined) {
    return (
      <>
        <p>{s.noFactor}</p>
        <ProblemAlert problem={enrol.problem} />
        <ActionButton action={enrol}>{s.enrol}</ActionButton>
      </>
    );
  }
  return (
    <>
      <Text mb="sm">{s.scan}</Text>
      <Image src={factor.totp.qr_code} alt={s.qrCode} w={200} h={200} bg="white" mb="sm" />
      <Text size="sm" mb="md" component="div">
        {s.orType} <ShortId id={factor.totp.secret} />
      </Text>
      <Code factorId={factor.id} shown={shown} />
    </>
  );
}
