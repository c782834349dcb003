/**
 * What people can be written to about besides what they must know. Each template declares its purpose:
 * `transactional`, or one of these topics.
 *
 * - `transactional`: about the account, a purchase or a request of the reader's own. It carries no offer,
 *   cannot be turned off and needs no unsubscribe link.
 * - A topic is on by default only where it is part of the service that was signed up for and sells
 *   nothing. Whatever promotes needs consent beforehand (ePrivacy Directive 2002/58/EC, article 13; in
 *   France article L34-5 of the CPCE), so it is off until turned on. The law would allow it for customers
 *   of similar products; a free account is no purchase.
 */
import type { Sentence } from "./template.ts";

export interface Topic {
  /** Whether who has decided nothing is written to. */
  onByDefault: boolean;
  /** As a sentence's object: "… about tips for getting started". */
  name: Sentence;
}

/** The constraint mail_preferences_topic_known names the same ones. */
export const topics = {
  /** How to use what one has signed up for: part of the service, no offer. */
  tips: {
    onByDefault: true,
    name: { fr: "les conseils de prise en main", en: "tips for getting started" },
  },
  /** New features and offers. Nothing is sent yet: consent must be there before. */
  product_news: {
    onByDefault: false,
    name: { fr: "les nouveautés du produit", en: "product news" },
  },
} as const satisfies Record<string, Topic>;

export type TopicName = keyof typeof topics;

/** Why a mail is sent, see above. */
export type Purpose = "transactional" | TopicName;

export const TOPIC_NAMES = Object.keys(topics) as [TopicName, ...TopicName[]];
