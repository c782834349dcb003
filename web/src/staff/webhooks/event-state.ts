/** As which state of StateBadge an event's is coloured. */
export const eventColour = {
  handled: "succeeded",
  unhandled: "pending",
  dead: "failed",
  discarded: "discarded",
} as const;
