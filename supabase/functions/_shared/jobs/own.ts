/** Kinds of jobs of your own: `task new job` puts them here, and upgrades leave the file alone. */
import type { JobKind } from "./kind.ts";

/** Handlers by kind, as `private.jobs.kind` names them. */
export const ownJobKinds: Record<string, JobKind> = {};
