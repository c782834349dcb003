/** How many whole seconds Resend says to wait, by its Retry-After; undefined where it says nothing. */
export function retryAfter(headers: Record<string, string> | null | undefined): number | undefined {
  const seconds = Number(headers?.["retry-after"] ?? NaN);
  return seconds >= 0 ? Math.ceil(seconds) : undefined;
}
