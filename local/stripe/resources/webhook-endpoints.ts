import type Stripe from "stripe";
import { invalid } from "../errors.ts";
import { newId, randomWord } from "../ids.ts";
import { mergeMetadata } from "../metadata.ts";
import { page, paging } from "../pagination.ts";
import { operation, type Resource, retrieveOperation } from "../resource.ts";
import type { Documents, Wire } from "../wire.ts";

type Endpoint = Documents["webhook_endpoint"];

const create = operation<Stripe.WebhookEndpointCreateParams>(
  "POST /v1/webhook_endpoints",
  ["api_version", "description", "enabled_events", "metadata", "url"],
  (call, params) => {
    const endpoint: Endpoint = {
      id: newId("we"),
      object: "webhook_endpoint",
      api_version: params.api_version ?? null,
      application: null,
      created: call.now(),
      description: params.description || null,
      enabled_events: params.enabled_events,
      livemode: false,
      metadata: mergeMetadata({}, params.metadata),
      status: "enabled",
      url: addressOf(params.url),
    };
    const secret = `whsec_${randomWord(32)}`;
    call.store.hide(endpoint.id, { secret });
    // Shown this once, as at Stripe: it is not part of what is kept.
    return { ...call.create(endpoint), secret };
  },
);

const update = operation<Stripe.WebhookEndpointUpdateParams>(
  "POST /v1/webhook_endpoints/{id}",
  ["description", "disabled", "enabled_events", "metadata", "url"],
  (call, params, id) => {
    const endpoint = call.need("webhook_endpoint", id);
    return call.update(endpoint, {
      ...(params.description === undefined ? {} : { description: params.description || null }),
      ...(params.disabled === undefined
        ? {}
        : { status: params.disabled ? "disabled" : "enabled" }),
      ...(params.enabled_events === undefined ? {} : { enabled_events: params.enabled_events }),
      ...(params.url === undefined ? {} : { url: addressOf(params.url) }),
      metadata: mergeMetadata(endpoint.metadata, params.metadata),
    });
  },
);

const del = operation("DELETE /v1/webhook_endpoints/{id}", [], (call, _params, id) => {
  call.need("webhook_endpoint", id);
  call.store.remove(id);
  const deleted: Wire<Stripe.DeletedWebhookEndpoint> = {
    id,
    object: "webhook_endpoint",
    deleted: true,
  };
  return deleted;
});

const list = operation<Stripe.WebhookEndpointListParams>(
  "GET /v1/webhook_endpoints",
  paging,
  (call, params) => page(call, "webhook_endpoint", "/v1/webhook_endpoints", params),
);

function addressOf(url: string): string {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw invalid("Invalid URL: An explicit scheme (such as https) must be provided.", {
      code: "url_invalid",
      param: "url",
    });
  }
  return url;
}

export const webhookEndpoints: Resource = {
  kinds: ["webhook_endpoint"],
  operations: [
    create,
    update,
    retrieveOperation("webhook_endpoint", "/v1/webhook_endpoints"),
    del,
    list,
  ],
};
