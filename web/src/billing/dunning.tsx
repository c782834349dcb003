import { Text, Timeline } from "@mantine/core";
import { ButtonAnchor } from "../components/button-link.tsx";
import { Section } from "../components/section.tsx";
import { formatDay, formatMoney } from "../format.ts";
import { useLanguage } from "../text/language.tsx";
import type { DunningStep } from "./read.ts";
import { useBillingTexts } from "./texts.ts";

/** What an unpaid invoice has brought and will bring, and the way to pay it. Nothing while all is paid. */
export function Dunning({ steps }: { steps: DunningStep[] }) {
  const { language } = useLanguage();
  const s = useBillingTexts();
  const open = steps.filter(({ outcome }) => outcome === null);
  return [...new Set(open.map(({ invoice_id }) => invoice_id))].map((id) => {
    const ofInvoice = open.filter(({ invoice_id }) => invoice_id === id);
    const { number, amount_due, currency, hosted_invoice_url } = ofInvoice[0]!;
    const done = ofInvoice.filter((step) => step.done).length;
    return (
      <Section key={id} title={s.paymentFailed}>
        <p role="alert">
          {s.invoiceUnpaid(number ?? "", formatMoney(amount_due, currency, language))}{" "}
          {s.paymentFailedText}
        </p>
        {hosted_invoice_url !== null && (
          <ButtonAnchor href={hosted_invoice_url} mb="lg">{s.payInvoice}</ButtonAnchor>
        )}
        <Timeline active={done - 1} bulletSize={16} lineWidth={2}>
          {ofInvoice.map(({ step, action, at, done }) => (
            <Timeline.Item
              key={step}
              title={s.dunningSteps[step] ?? s.dunningActions[action] ?? step}
              lineVariant={done ? "solid" : "dashed"}
            >
              <Text size="sm" c="dimmed">
                {done ? formatDay(at, language) : s.coming(formatDay(at, language))}
              </Text>
            </Timeline.Item>
          ))}
        </Timeline>
      </Section>
    );
  });
}
