import { Alert, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { FeatureName } from "../../../supabase/functions/_shared/billing/plans.ts";
import type { Entitlement } from "../../../supabase/functions/_shared/entitlements/entitlement.ts";
import { useApp } from "../app-context.ts";
import { ButtonLink } from "../components/button-link.tsx";
import { Shown } from "../components/shown.tsx";
import { useLanguage } from "../text/language.tsx";
import { rows, useRead } from "../use-read.ts";
import { useWorkspaceTexts } from "./texts.ts";

interface Props {
  workspaceId: string;
  feature: FeatureName;
  /** What it is that the plan lacks. */
  missing: string;
  children: ReactNode;
}

/** What a plan includes; for a plan without it, the way to one that does. */
export function Entitled({ workspaceId, feature, missing, children }: Props) {
  const { supabase } = useApp();
  const { t } = useLanguage();
  const s = useWorkspaceTexts();
  const entitlements = useRead(
    async () =>
      await rows(supabase.rpc("entitlements", { workspace_id: workspaceId })) as Entitlement[],
    workspaceId,
  );
  return (
    <Shown read={entitlements}>
      {(all) =>
        all.some((one) => one.feature === feature && one.included)
          ? children
          : (
            <Alert color="indigo" role="note" title={missing} maw="44rem">
              <Text size="sm" mb="sm">{s.planNeeded}</Text>
              <ButtonLink href="/billing">{t.toBilling}</ButtonLink>
            </Alert>
          )}
    </Shown>
  );
}
