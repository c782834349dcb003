import { NativeSelect, Title } from "@mantine/core";
import { Field } from "../../components/form.tsx";
import { useLanguage } from "../../text/language.tsx";
import { countriesIn } from "../countries.ts";
import { useShopTexts } from "../texts.ts";
import type { Address } from "./last-address.ts";

interface Props {
  address: Address | null;
  country: string;
  onCountry: (country: string) => void;
}

/** Where an order goes. */
export function AddressFields({ address, country, onCountry }: Props) {
  const { t, language } = useLanguage();
  const s = useShopTexts();
  const fields = [
    { label: t.name, name: "name", autoComplete: "shipping name", maxLength: 200 },
    { label: s.line1, name: "line1", autoComplete: "shipping address-line1", maxLength: 200 },
    {
      label: s.line2,
      name: "line2",
      autoComplete: "shipping address-line2",
      maxLength: 200,
      required: false,
    },
    {
      label: s.postalCode,
      name: "postal_code",
      autoComplete: "shipping postal-code",
      maxLength: 20,
      required: false,
    },
    { label: s.city, name: "city", autoComplete: "shipping address-level2", maxLength: 100 },
  ] as const;
  return (
    <>
      <Title order={2} size="h3">{s.address}</Title>
      {fields.map((field) => (
        <Field key={field.name} {...field} defaultValue={address?.[field.name] ?? undefined} />
      ))}
      <NativeSelect
        label={s.country}
        name="country"
        autoComplete="shipping country"
        value={country}
        onChange={(event) => onCountry(event.currentTarget.value)}
        data={countriesIn(language).map(({ code, name }) => ({ value: code, label: name }))}
      />
    </>
  );
}

/** The address that was typed in. */
export function addressOf(values: Record<string, string>) {
  const { name = "", line1 = "", line2, city = "", postal_code, country = "" } = values;
  return {
    name,
    line1,
    city,
    country,
    ...(line2 && { line2 }),
    ...(postal_code && { postal_code }),
  };
}
