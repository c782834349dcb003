import { useLanguage } from "../i18n/language.tsx";
import type { AuthLink } from "../auth-link.ts";
import { ProblemAlert } from "./alert.tsx";

/** Why a mail's link did nothing, if it did nothing. */
export function LinkError({ link }: { link: AuthLink | undefined }) {
  const { t, language } = useLanguage();
  if (link?.kind !== "error") return null;
  // GoTrue's code for a link that was used, replaced or outlived.
  if (link.code === "otp_expired") {
    return (
      <div role="alert" className="note bad">
        <p className="strong">{t.linkExpired}</p>
        <p>{t.linkExpiredText}</p>
        <p className="small">
          <code>{link.code}</code>
        </p>
      </div>
    );
  }
  const title = language === "en" ? t.linkFailed : `${t.linkFailed}.`;
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
