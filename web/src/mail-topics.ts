/** What people can be written to about, as the pages name it. */
import { topics } from "../../supabase/functions/_shared/mail/topics.ts";

export const mailTopics = Object.entries(topics).map(([id, topic]) => ({ id, ...topic }));

/** The topic's name; undefined for one that there is not. */
export function topicName(id: string | undefined, language: "en" | "fr"): string | undefined {
  return mailTopics.find((topic) => topic.id === id)?.name[language];
}
