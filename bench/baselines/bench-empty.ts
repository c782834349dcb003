/** A function that does nothing: what starting any costs. */
export default { fetch: () => new Response("ok") };
