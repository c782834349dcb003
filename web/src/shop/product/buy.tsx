import { Badge, Group, Radio, Stack, Text } from "@mantine/core";
import { cartPage } from "../../../../supabase/functions/_shared/shop/pages.ts";
import { useState } from "react";
import { Note } from "../../components/alert.tsx";
import { Field, Form } from "../../components/form.tsx";
import { TextLink } from "../../components/text-link.tsx";
import { formatMoney } from "../../format.ts";
import { useLanguage } from "../../text/language.tsx";
import { useAction } from "../../use-action.ts";
import { useCartChanges } from "../cart/cart-context.tsx";
import { AvailabilityBadge } from "../availability.tsx";
import { useShopTexts } from "../texts.ts";
import type { Product, Variant } from "../types.ts";
import { type Option, optionsOf, withOption } from "./choice.ts";

interface Props {
  product: Product;
  /** Those with a price. */
  variants: Variant[];
  chosen: Variant;
  onChoose: (variant: Variant) => void;
}

/** Price, options, and the way into the cart. */
export function Buy({ product, variants, chosen, onChoose }: Props) {
  const s = useShopTexts();
  const { add } = useCartChanges();
  const [added, setAdded] = useState(false);
  const toCart = useAction(async (key, { quantity = "1" }: Record<string, string>) => {
    setAdded(false);
    await add(chosen.id, Number(quantity), key);
    setAdded(true);
  });
  const options = optionsOf(variants);
  const choose = (variant: Variant | undefined) => {
    if (variant === undefined) return;
    setAdded(false);
    onChoose(variant);
  };
  const none = chosen.availability === "out_of_stock";
  return (
    <Stack gap="md">
      <Price variant={chosen} currency={product.currency} />
      {options.map((option) => (
        <Values
          key={option.name}
          option={option}
          variants={variants}
          chosen={chosen}
          onChoose={choose}
        />
      ))}
      {options.length === 0 && variants.length > 1 && (
        <Radio.Group
          label={s.variant}
          value={chosen.id}
          onChange={(id) => choose(variants.find((one) => one.id === id))}
        >
          <Stack gap="xs" mt="xs">
            {variants.map(({ id, sku }) => <Radio key={id} value={id} label={sku} />)}
          </Stack>
        </Radio.Group>
      )}
      <div aria-live="polite">
        <AvailabilityBadge availability={chosen.availability} left={chosen.few_left} />
      </div>
      {none ? <Text>{s.comeBack}</Text> : (
        <Form action={toCart} submit={s.addToCart}>
          <Field
            label={s.quantity}
            name="quantity"
            type="number"
            min={1}
            max={chosen.few_left ?? 999}
            defaultValue={1}
            maw="8rem"
          />
        </Form>
      )}
      {added && (
        <Note>
          {s.added} <TextLink href={cartPage}>{s.toCart}</TextLink>
        </Note>
      )}
    </Stack>
  );
}

function Price({ variant, currency }: { variant: Variant; currency: string }) {
  const { language } = useLanguage();
  const s = useShopTexts();
  const { unit_amount, compare_at_amount: before } = variant;
  if (unit_amount === null) return null;
  return (
    <Group gap="sm" align="baseline" aria-live="polite">
      <Text span size="xl" fw={650}>{formatMoney(unit_amount, currency, language)}</Text>
      {before !== null && before > unit_amount && (
        <>
          <Text span component="s" c="dimmed" td="line-through">
            <span className="hidden">{s.before}</span>
            {formatMoney(before, currency, language)}
          </Text>
          <Badge color="red" variant="light" tt="none" radius="sm">
            −{Math.round((1 - unit_amount / before) * 100)} %
          </Badge>
        </>
      )}
    </Group>
  );
}

interface ValuesProps {
  option: Option;
  variants: Variant[];
  chosen: Variant;
  onChoose: (variant: Variant | undefined) => void;
}

/** The values of an option; those that cannot be had say so, and may be looked at. */
function Values({ option: { name, values }, variants, chosen, onChoose }: ValuesProps) {
  const s = useShopTexts();
  return (
    <Radio.Group
      label={s.attributeNames[name] ?? name}
      value={String(chosen.options[name] ?? "")}
      onChange={(value) => onChoose(withOption(variants, chosen, name, value))}
    >
      <Group gap="xs" mt={6}>
        {values.map((value) => {
          const found = withOption(variants, chosen, name, value);
          const gone = found === undefined || found.availability === "out_of_stock";
          return (
            <label key={value} className="option" data-gone={gone || undefined}>
              <Radio
                value={value}
                aria-label={gone ? s.goneValue(s.values[value] ?? value) : undefined}
                size="xs"
              />
              <span>{s.values[value] ?? value}</span>
            </label>
          );
        })}
      </Group>
    </Radio.Group>
  );
}
