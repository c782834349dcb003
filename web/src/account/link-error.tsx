import { Alert, Code, Text } from "@mantine/core";
import { useLanguage } from "../text/language.tsx";
import { useAccountTexts } from "./texts.ts";
import type { AuthLink } from "../auth-link.ts";
import { ProblemAlert } from "../components/alert.tsx";

/** Why a mail's link did nothing, if it did nothing. */
export function LinkError({ link }: { link: AuthLink | undefined }) {
  const { language } = useLanguage();
  const s = useAccountTexts();
  if (link?.kind !== "error") return null;
  // GoTrue's code for a link that was used, replaced or outlived.
  if (link.code === "otp_expired") {
    return (
      <Alert color="red" mb="md">
        <Text fw={600}>{s.linkExpired}</Text>
        <Text size="sm">{s.linkExpiredText}</Text>
        <Text size="sm" mt={4}>
          <Code>{link.code}</Code>
        </Text>
      </Alert>
    );
  }
  const title = language === "en" ? s.linkFailed : `${s.linkFailed}.`;
  return (
    <ProblemAlert
      problem={{
        code: link.code,
        status: 400,
        title,
        ...(link.description !== "" && { detail: link.description }),
        errors: [],
      }}
    />
  );
}
