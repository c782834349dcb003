/** As which state of StateBadge an import's is coloured. */
export const importColour = {
  running: "pending",
  done: "succeeded",
  failed: "failed",
  cancelled: "cancelled",
} as const;

export type ImportState = keyof typeof importColour;
