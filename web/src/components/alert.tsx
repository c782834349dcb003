import type { ReactNode } from "react";
import { useLanguage } from "../i18n/language.tsx";
import type { Problem } from "../problem.ts";

/** A problem as a person reads it, with the code that support asks for. Read out when it appears. */
export function ProblemAlert({ problem }: { problem: Problem | undefined }) {
  const { t, language } = useLanguage();
  if (problem === undefined) return null;
  const translated = t.problems[problem.code];
  // What the server words is in English, whatever the page's language.
  const english = language === "en" ? undefined : "en";
  return (
    <div role="alert" className="note bad">
      <p className="strong" lang={translated === undefined ? english : undefined}>
        {translated ?? problem.title}
      </p>
      {problem.detail !== undefined && <p lang={english}>{problem.detail}</p>}
      {problem.errors.length > 0 && (
        <ul lang={english}>
          {problem.errors.map(({ pointer, detail }) => (
            <li key={pointer + detail}>
              {pointer.slice(1)}: {detail}
            </li>
          ))}
        </ul>
      )}
      <p className="small">
        <code>{problem.code}</code>
        {problem.requestId !== undefined && <code>{` · ${problem.requestId}`}</code>}
      </p>
    </div>
  );
}

/** Something that went well, or is to be known. Read out when it appears. */
export function Note({ children, kind = "good" }: { children: ReactNode; kind?: "good" | "bad" }) {
  return <div role="status" className={`note ${kind}`}>{children}</div>;
}
