import { Code, Group, Stack, Text } from "@mantine/core";
import { useApp } from "../../app-context.ts";
import { Rows } from "../../components/rows.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { Moment } from "../parts/moment.tsx";
import { ReasonButton } from "../parts/reason-button.tsx";
import { useStaffTexts } from "../texts.ts";
import { OverrideButton } from "./override-button.tsx";
import type { Feature, WorkspaceRead } from "./read.ts";
import type { Texts } from "./text/en.ts";
import { useWorkspacesTexts } from "./texts.ts";

interface Props {
  workspace: WorkspaceRead;
  /** Gets what happened, in words. */
  changed(note: string): Promise<void>;
}

/** How much of a feature it is. `limit` is null without one. */
function extent(w: Texts, counted: boolean, included: boolean, limit: number | null): string {
  if (!included || limit === 0) return w.notIncluded;
  if (limit === null) return counted ? w.unlimited : w.included;
  return w.count(limit);
}

/** What the plan says of each feature, what staff say, and what holds. */
export function Features({ workspace, changed }: Props) {
  const { socle } = useApp();
  const s = useStaffTexts();
  const w = useWorkspacesTexts();
  const nameOf = ({ now: { feature } }: Feature) => w.featureNames[feature] ?? feature;
  return (
    <Rows
      caption={w.features}
      rows={workspace.features}
      keyOf={({ now }) => now.feature}
      columns={[
        {
          label: w.feature,
          cell: (feature) => (
            <div className="named">
              <Text fw={600}>{nameOf(feature)}</Text>
              <Code className="whole">{feature.now.feature}</Code>
            </div>
          ),
        },
        {
          label: w.byPlan,
          cell: ({ byPlan, counted }) =>
            extent(w, counted, byPlan !== undefined, byPlan?.limit_value ?? null),
        },
        { label: w.byStaff, cell: (feature) => <Override feature={feature} /> },
        {
          label: w.now,
          cell: ({ now: { included, limit, used }, counted }) => (
            <div>
              <StateBadge
                state={included ? "active" : "none"}
                label={extent(w, counted, included, limit)}
              />
              {used !== null && <Text size="sm" c="dimmed">{w.used(used)}</Text>}
            </div>
          ),
        },
        {
          label: s.actions,
          cell: (feature) => (
            <Group gap="xs">
              <OverrideButton
                workspaceId={workspace.id}
                feature={feature}
                name={nameOf(feature)}
                changed={() => changed(w.holds(nameOf(feature)))}
              />
              {feature.override !== undefined && (
                <ReasonButton
                  label={w.lift}
                  title={w.liftFeature(nameOf(feature))}
                  explained={w.liftExplained}
                  hint={w.liftHint}
                  run={async (_key, { reason }) => {
                    await socle.featureOverrideLift({
                      workspace_id: workspace.id,
                      feature: feature.now.feature,
                      reason: reason!,
                    });
                    await changed(w.lifted(nameOf(feature)));
                  }}
                />
              )}
            </Group>
          ),
        },
      ]}
    />
  );
}

/** What staff have decided, until when and why. */
function Override({ feature: { override, now, counted } }: { feature: Feature }) {
  const w = useWorkspacesTexts();
  if (override === undefined) return "–";
  const { enabled, limit_value, expires_at, reason } = override;
  return (
    <Stack gap={2} className="named">
      <Text size="sm" fw={600}>
        {enabled ? w.given(extent(w, counted, true, limit_value)) : w.taken}
      </Text>
      <Text size="sm">
        {expires_at === null ? w.forGood : (
          <>
            {w.until} <Moment at={expires_at} />
          </>
        )}
      </Text>
      <Text size="sm" c="dimmed">{reason}</Text>
      {now.source === "plan" && <Text size="sm">{w.withoutEffect}</Text>}
    </Stack>
  );
}
