import { Group, NativeSelect, NumberInput, Radio } from "@mantine/core";
import { useState } from "react";
import type { SubscriptionPreviewReply } from "../../../client/src/mod.ts";
import { isSocleError } from "../../../client/src/mod.ts";
import { useApp } from "../app-context.ts";
import { Note } from "../components/alert.tsx";
import { Field, Form } from "../components/form.tsx";
import { Section } from "../components/section.tsx";
import { useLanguage } from "../text/language.tsx";
import { useAction } from "../use-action.ts";
import { usePriceText } from "./price.ts";
import { Quote } from "./quote.tsx";
import { type Billing, priceIn, type Subscription } from "./read.ts";
import { useBillingTexts } from "./texts.ts";

interface Props {
  billing: Billing;
  subscription: Subscription;
  done: (text: string) => Promise<void>;
}

/** What is asked for; what stays as it is is left out. */
interface Wish {
  price_id?: string;
  quantity?: number;
  promotion_code?: string;
  when: "now" | "renewal";
}

/** Another plan, interval or quantity, or a promotion code: quoted first, then charged as quoted. */
export function ChangePlan({ billing, subscription, done }: Props) {
  const { socle } = useApp();
  const { t } = useLanguage();
  const s = useBillingTexts();
  const priceText = usePriceText();
  const [priceId, setPriceId] = useState(subscription.price_id ?? "");
  const [quantity, setQuantity] = useState<number | string>(subscription.quantity);
  const [when, setWhen] = useState<Wish["when"]>("now");
  const [quote, setQuote] = useState<SubscriptionPreviewReply>();
  const [stale, setStale] = useState(false);
  const which = { workspace_id: billing.workspaceId, subscription_id: subscription.id };

  const preview = useAction(async (_key, wish: Wish) => {
    setStale(false);
    setQuote(undefined);
    setQuote(await socle.subscriptionPreview({ ...which, ...wish }));
  });
  const accept = useAction(async (idempotencyKey, wish: Wish, { quote }: { quote: string }) => {
    try {
      await socle.subscriptionUpdate({ quote }, { idempotencyKey });
    } catch (error) {
      if (!isSocleError(error, "quote_stale")) throw error;
      // What was agreed to no longer holds: the new figures are shown, and agreed to anew.
      await preview.start(wish);
      setStale(true);
      return;
    }
    setQuote(undefined);
    await done(wish.when === "now" ? s.changedNow : s.changedLater);
  });
  const [wish, setWish] = useState<Wish>();
  const ask = useAction(async (_key, { promotion_code = "" }: Record<string, string>) => {
    const asked: Wish = {
      when,
      ...(priceId !== subscription.price_id && { price_id: priceId }),
      ...(Number(quantity) !== subscription.quantity && { quantity: Number(quantity) }),
      ...(promotion_code.trim() !== "" && { promotion_code: promotion_code.trim() }),
    };
    setWish(asked);
    await preview.start(asked);
  });

  const perSeat = priceIn(billing.plans, priceId)?.plan.per_seat ?? false;
  return (
    <Section title={s.changeTitle}>
      <Form
        action={{ ...ask, pending: ask.pending || preview.pending, problem: preview.problem }}
        submit={s.quoteAsk}
      >
        <NativeSelect
          label={s.planAndInterval}
          value={priceId}
          onChange={(event) => {
            setPriceId(event.currentTarget.value);
            setQuote(undefined);
          }}
          data={billing.plans.flatMap((plan) =>
            plan.prices.toSorted((a, b) => a.unit_amount - b.unit_amount).map((price) => ({
              value: price.id,
              label: t.labelled(plan.name, priceText(price, plan.per_seat)),
            }))
          )}
        />
        {!perSeat && (
          <NumberInput
            label={s.quantity}
            min={1}
            max={10000}
            maw="8rem"
            allowDecimal={false}
            value={quantity}
            onChange={(value) => {
              setQuantity(value);
              setQuote(undefined);
            }}
          />
        )}
        <Field
          label={s.promotionCode}
          name="promotion_code"
          maxLength={100}
          autoComplete="off"
          required={false}
        />
        <Radio.Group
          label={s.changeWhen}
          value={when}
          onChange={(chosen) => {
            setWhen(chosen as Wish["when"]);
            setQuote(undefined);
          }}
        >
          <Group mt="xs">
            <Radio value="now" label={s.changeNow} />
            <Radio value="renewal" label={s.changeAtRenewal} />
          </Group>
        </Radio.Group>
      </Form>
      {stale && <Note kind="bad">{s.quoteStale}</Note>}
      {quote !== undefined && wish !== undefined && (
        <Quote
          quote={quote}
          accept={{ ...accept, start: () => accept.start(wish, { quote: quote.quote }) }}
        />
      )}
    </Section>
  );
}
