import { LinkError } from "../account/link-error.tsx";
import { useApp } from "../app-context.ts";
import { Note } from "../components/alert.tsx";
import { useLanguage } from "../text/language.tsx";
import { SignedIn } from "./signed-in.tsx";
import { Visitor } from "./visitor.tsx";

/** Where everything begins; also where those links of mails lead that have no page of their own. */
export function Home() {
  const { session, link } = useApp();
  const { language } = useLanguage();
  const notice = (
    <>
      {link?.kind === "error" && <LinkError link={link} />}
      {link?.kind === "message" && (
        <Note>
          <span lang={language === "en" ? undefined : "en"}>{link.message}</span>
        </Note>
      )}
    </>
  );
  if (session === null) return <Visitor notice={notice} />;
  return <SignedIn key={session.user.id} user={session.user} notice={notice} />;
}
