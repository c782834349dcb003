import { useLocation } from "wouter";
import { useApp } from "../../../app-context.ts";
import { Page } from "../../../components/page.tsx";
import { Shown } from "../../../components/shown.tsx";
import { useRead } from "../../../use-read.ts";
import { useStaffTexts } from "../../texts.ts";
import { readEventTypes } from "./endpoint.ts";
import { EndpointForm } from "./endpoint-form.tsx";

/** An endpoint that does not exist yet; its secret is made with it, and read on its page. */
export function NewEndpoint() {
  const { supabase } = useApp();
  const s = useStaffTexts();
  const [, navigate] = useLocation();
  const types = useRead(() => readEventTypes(supabase), "types");
  return (
    <Page title={s.newEndpoint}>
      <p>{s.newEndpointText}</p>
      <Shown read={types}>
        {(list) => (
          <EndpointForm
            types={list}
            submit={s.makeEndpoint}
            changed={(id) => Promise.resolve(navigate(`/staff/deliveries/endpoints/${id}`))}
          />
        )}
      </Shown>
    </Page>
  );
}
