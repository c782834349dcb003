/**
 * The API reference: docs/openapi.json by Swagger UI, whose requests go to the stack that serves it. Whoever
 * signs in by authLogin or authSignup on the page is signed in for what follows.
 */
const { supabaseUrl, supabasePublishableKey } = await (await fetch("/config.json")).json();

const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();

/** What a control is, where Swagger UI leaves it without a name: what stands before it says it. */
function named(element) {
  if (element.matches("#servers")) return "Server";
  if (element.matches(".body-param__text")) return "Body";
  if (element.matches(".examples-select-element")) return "Example";
  return element.closest(".content-type-wrapper") ? "Media type" : "Value";
}

/** Names controls as they come, and lets the keyboard reach what scrolls. */
new MutationObserver(() => {
  for (
    const one of document.querySelectorAll("select:not([aria-label]), textarea:not([aria-label])")
  ) {
    one.setAttribute("aria-label", named(one));
  }
  for (const one of document.querySelectorAll("pre:not([tabindex])")) one.tabIndex = 0;
}).observe(document.getElementById("reference"), { childList: true, subtree: true });

/** The head of an operation is a button, in which a link would be a second one. */
const oneButton = ({ React }) => ({
  wrapComponents: {
    DeepLink: () => ({ text }) => React.createElement("span", null, text),
  },
});

const ui = globalThis.SwaggerUIBundle({
  url: "/reference/openapi.json",
  domNode: document.getElementById("reference"),
  deepLinking: true,
  displayOperationId: true,
  displayRequestDuration: true,
  docExpansion: "list",
  defaultModelsExpandDepth: -1,
  defaultModelExpandDepth: 4,
  filter: true,
  persistAuthorization: true,
  tryItOutEnabled: true,
  validatorUrl: null,
  onComplete: () => ui.preauthorizeApiKey("publishableKey", supabasePublishableKey),
  plugins: [oneButton],
  requestInterceptor(request) {
    // Beside a user's token as well, as supabase-js sends it.
    if (request.url.startsWith(supabaseUrl)) request.headers.apikey ??= supabasePublishableKey;
    return request;
  },
  responseInterceptor(response) {
    const token = response.body?.session?.access_token;
    if (/\/auth-(login|signup)$/.test(response.url) && token) {
      ui.preauthorizeApiKey("userToken", token);
    }
    return response;
  },
});
