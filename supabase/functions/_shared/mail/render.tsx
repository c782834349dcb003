/** @jsxImportSource react */
/**
 * Turns a mail's name and props into what is sent. The only module (with layout.tsx) that loads
 * React: import it where mails are sent, templates.ts where they are enqueued.
 *
 * React Email's parts are imported one by one: `@react-email/components` brings Tailwind, Prism and
 * a Markdown parser, 270 ms of every cold start on Deno 2.1.4 against 30.
 */
import { render } from "@react-email/render";
import { Layout } from "./layout.tsx";
import { frenchSpacing, type Locale } from "./locale.ts";
import { plainText } from "./plain-text.ts";
import { type MailName, type PropsOf, templates } from "./templates.ts";
import { topics } from "./topics.ts";
import { singleLine } from "./untrusted.ts";

export interface RenderedMail {
  subject: string;
  html: string;
  text: string;
}

/**
 * The same arguments always give the same mail: Resend refuses another body under an idempotency
 * key that it has seen.
 *
 * @param options.brand our name in it; "Socle" unless given
 * @param options.unsubscribePage where a mail about a topic leads who wants no more of it
 * @throws {z.ZodError} the props are not the template's
 */
export async function renderMail<Name extends MailName>(
  name: Name,
  locale: Locale,
  props: PropsOf<Name>,
  { brand = "Socle", unsubscribePage }: {
    brand?: string | undefined;
    unsubscribePage?: string | undefined;
  } = {},
): Promise<RenderedMail> {
  const content = templates[name].compose(locale, brand, props);
  const subject = singleLine(content.subject, 150);
  const { purpose } = templates[name];
  const footer = purpose === "transactional"
    ? content.because ?? {
      fr: frenchSpacing(`Vous recevez cet e-mail parce qu’il concerne votre compte ${brand}.`),
      en: `You receive this email because it is about your ${brand} account.`,
    }[locale]
    : {
      fr: frenchSpacing(
        `Vous recevez cet e-mail parce que vous acceptez ${topics[purpose].name.fr} de ${brand}.`,
      ),
      en: `You receive this email because you accept ${topics[purpose].name.en} from ${brand}.`,
    }[locale];
  const footerLink = unsubscribePage === undefined ? undefined : {
    label: { fr: "Ne plus recevoir ces e-mails", en: "Stop receiving these emails" }[locale],
    url: unsubscribePage,
  };
  return {
    subject,
    html: await render(
      <Layout
        locale={locale}
        brand={brand}
        content={{ ...content, subject }}
        footer={footer}
        footerLink={footerLink}
      />,
    ),
    text: plainText(content, brand, footer, footerLink),
  };
}
