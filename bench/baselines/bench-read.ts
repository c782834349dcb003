/**
 * What an authenticated read costs at the least: the caller's token goes to PostgREST, its reply comes back.
 * Nothing is verified, counted, validated or logged here.
 */
const rest = Deno.env.get("SUPABASE_URL")!;
const apikey = JSON.parse(Deno.env.get("SUPABASE_PUBLISHABLE_KEYS")!).default as string;

Deno.serve(async (request) => {
  const query = new URL(request.url).searchParams.get("query")!;
  const reply = await fetch(rest + query, {
    headers: { apikey, authorization: request.headers.get("authorization")! },
  });
  return new Response(await reply.text(), { headers: { "content-type": "application/json" } });
});
