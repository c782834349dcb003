import { Group, NativeSelect } from "@mantine/core";
import { useState } from "react";
import type {
  BillingDetailsGetReply,
  BillingDetailsReplaceInput,
} from "../../../client/src/mod.ts";
import { useApp } from "../app-context.ts";
import { Note } from "../components/alert.tsx";
import { Field, Form } from "../components/form.tsx";
import { Shown } from "../components/shown.tsx";
import { StateBadge } from "../components/state-badge.tsx";
import { countriesIn, likelyCountry } from "../countries.ts";
import { useLanguage } from "../text/language.tsx";
import { useAction } from "../use-action.ts";
import { useRead } from "../use-read.ts";
import type { Workspace } from "../workspace/current.ts";
import { BillingPage } from "./billing-page.tsx";
import { useBillingTexts } from "./texts.ts";

type Details = BillingDetailsGetReply["billing_details"];
type TaxIdType = NonNullable<BillingDetailsReplaceInput["tax_id"]>["type"];

const taxIdTypes: TaxIdType[] = ["eu_vat", "gb_vat", "ch_vat", "no_vat", "us_ein"];

/** Whom a workspace's invoices are made out to. */
export function BillingDetails({ userId }: { userId: string }) {
  const s = useBillingTexts();
  return (
    <BillingPage title={s.detailsTitle} userId={userId} needs="see_invoices">
      {(workspace) => <OfWorkspace workspace={workspace} />}
    </BillingPage>
  );
}

function OfWorkspace({ workspace }: { workspace: Workspace }) {
  const { socle } = useApp();
  const s = useBillingTexts();
  const { t } = useLanguage();
  const [saved, setSaved] = useState(false);
  const workspace_id = workspace.id;
  const details = useRead(
    async () => (await socle.billingDetailsGet({ workspace_id })).billing_details,
    workspace_id,
  );
  const save = useAction(async (_key, values: Record<string, string>) => {
    setSaved(false);
    const { name = "", line1 = "", line2, postal_code = "", city = "", country = "" } = values;
    const taxId = values["tax_id"]?.trim() ?? "";
    await socle.billingDetailsReplace({
      workspace_id,
      name,
      address: { line1, line2: line2 || null, postal_code, city, country },
      tax_id: taxId === "" ? null : { type: values["tax_id_type"] as TaxIdType, value: taxId },
    });
    await details.reload();
    setSaved(true);
  });
  return (
    <Shown read={details}>
      {(value) => (
        <>
          <p>{s.detailsText}</p>
          <Form action={save} submit={t.save}>
            <Fields details={value} />
          </Form>
          {saved && <Note>{t.saved}</Note>}
        </>
      )}
    </Shown>
  );
}

function Fields({ details: { name, address, tax_id } }: { details: Details }) {
  const { language } = useLanguage();
  const s = useBillingTexts();
  return (
    <>
      <Field
        label={s.billedName}
        name="name"
        autoComplete="billing name"
        maxLength={150}
        defaultValue={name ?? ""}
      />
      <Field
        label={s.line1}
        name="line1"
        autoComplete="billing address-line1"
        maxLength={200}
        defaultValue={address.line1 ?? ""}
      />
      <Field
        label={s.line2}
        name="line2"
        autoComplete="billing address-line2"
        maxLength={200}
        required={false}
        defaultValue={address.line2 ?? ""}
      />
      <Group gap="sm" grow preventGrowOverflow={false}>
        <Field
          label={s.postalCode}
          name="postal_code"
          autoComplete="billing postal-code"
          maxLength={20}
          maw="9rem"
          defaultValue={address.postal_code ?? ""}
        />
        <Field
          label={s.city}
          name="city"
          autoComplete="billing address-level2"
          maxLength={100}
          defaultValue={address.city ?? ""}
        />
      </Group>
      <NativeSelect
        label={s.country}
        name="country"
        autoComplete="billing country"
        defaultValue={address.country ?? likelyCountry()}
        data={countriesIn(language).map(({ code, name }) => ({ value: code, label: name }))}
      />
      <NativeSelect
        label={s.taxIdType}
        name="tax_id_type"
        defaultValue={tax_id?.type ?? "eu_vat"}
        data={taxIdTypes.map((type) => ({ value: type, label: s.taxIdTypes[type] }))}
      />
      <Field
        label={s.taxId}
        hint={s.taxIdHint}
        name="tax_id"
        maxLength={40}
        required={false}
        autoComplete="off"
        defaultValue={tax_id?.value ?? ""}
      />
      {tax_id !== null && (
        <div>
          <StateBadge state={tax_id.status} label={s.taxIdStates[tax_id.status]} />
        </div>
      )}
    </>
  );
}
