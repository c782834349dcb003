import { useLanguage } from "../../text/language.tsx";

/** A moment in the reader's own time zone, short; exact to the second, with its zone, on hover. */
export function Moment({ at }: { at: string }) {
  const { language } = useLanguage();
  const moment = new Date(at);
  const thisYear = moment.getFullYear() === new Date().getFullYear();
  const short = moment.toLocaleString(language === "en" ? "en-GB" : language, {
    day: "numeric",
    month: "short",
    ...(!thisYear && { year: "numeric" }),
    hour: "2-digit",
    minute: "2-digit",
  });
  const exact = moment.toLocaleString(language === "en" ? "en-GB" : language, {
    dateStyle: "full",
    timeStyle: "long",
  });
  return <time dateTime={at} title={exact} className="whole">{short}</time>;
}
