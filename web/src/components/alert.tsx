import { Alert, Code, List, Text } from "@mantine/core";
import { type ReactNode, Suspense } from "react";
import type { Problem } from "../problem.ts";
import { areaTexts, useLanguage } from "../text/language.tsx";

// Of use only once something has gone wrong: loaded then.
const useTitles = areaTexts<Record<string, string>>({
  // Without a connection the server's own title has to do.
  en: () => import("../text/problems/en.ts").catch(() => ({ texts: {} })),
  fr: () => import("../text/problems/fr.ts").catch(() => ({ texts: {} })),
});

/** A problem as a person reads it, with the code that support asks for. Read out when it appears. */
export function ProblemAlert({ problem }: { problem: Problem | undefined }) {
  const { t } = useLanguage();
  if (problem === undefined) return null;
  const { code } = problem;
  if (code === "unreachable" || code === "unexpected") {
    return <Shown problem={problem} title={t[code]} />;
  }
  return (
    <Suspense fallback={null}>
      <Titled problem={problem} />
    </Suspense>
  );
}

function Titled({ problem }: { problem: Problem }) {
  return <Shown problem={problem} title={useTitles()[problem.code]} />;
}

function Shown({ problem, title }: { problem: Problem; title: string | undefined }) {
  const { t, language } = useLanguage();
  // What the server words is in English, whatever the page's language.
  const english = language === "en" ? undefined : "en";
  return (
    <Alert color="red" my="md" maw="44rem">
      <Text fw={600} lang={title === undefined ? english : undefined}>
        {title ?? problem.title}
      </Text>
      {/* Where the page's language has a title, it says enough. */}
      {problem.detail !== undefined && (language === "en" || title === undefined) && (
        <Text size="sm" lang={english}>{problem.detail}</Text>
      )}
      {problem.errors.length > 0 && (
        <List size="sm" lang={english}>
          {problem.errors.map(({ pointer, detail }) => (
            <List.Item key={pointer + detail}>
              {t.labelled(pointer.slice(1), detail)}
            </List.Item>
          ))}
        </List>
      )}
      <Text size="sm" mt={4}>
        <Code>{problem.code}</Code>
        {problem.requestId !== undefined && (
          <Text span size="xs" c="dimmed" ff="monospace" className="anywhere">
            {" "}
            {problem.requestId}
          </Text>
        )}
      </Text>
    </Alert>
  );
}

/** Something that went well, or is to be known. Read out when it appears. */
export function Note({ children, kind = "good" }: { children: ReactNode; kind?: "good" | "bad" }) {
  return (
    <Alert role="status" color={kind === "good" ? "green" : "orange"} my="md" maw="44rem">
      {children}
    </Alert>
  );
}
