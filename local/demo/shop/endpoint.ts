/** A program that was to be told of orders and does not run: what failed deliveries look like. */
import type { Act, World } from "../part.ts";

/** The discard port: nobody listens there. */
const url = "http://127.0.0.1:9/orders";

async function addEndpoint({ visitor }: World): Promise<void> {
  const { supabase } = await visitor("staff");
  const { data: known } = await supabase.from("webhook_endpoints").select("id").eq("url", url)
    .throwOnError();
  if (known.length > 0) return;
  await supabase.from("webhook_endpoints").insert({
    url,
    description: "The warehouse's program, which is not running",
    events: ["order.paid", "order.shipped"],
  }).throwOnError();
}

/** After three days in which nothing reached it, it is disabled. Staff tries again. */
async function enable({ visitor }: World): Promise<void> {
  const { supabase } = await visitor("staff");
  await supabase.from("webhook_endpoints").update({ enabled: true }).eq("url", url)
    .eq("enabled", false).throwOnError();
}

export const endpoint: Act[] = [
  { daysAgo: 8.5, do: addEndpoint },
  { daysAgo: 2.2, do: enable },
];
