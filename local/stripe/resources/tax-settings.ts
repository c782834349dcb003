import type Stripe from "stripe";
import { changeBillingSettings } from "../billing/settings.ts";
import type { Call } from "../call.ts";
import { invalid, notImplemented } from "../errors.ts";
import { operation, type Resource } from "../resource.ts";
import type { Wire } from "../wire.ts";
import { emptyAddress } from "./customers.ts";

type Settings = Wire<Stripe.Tax.Settings>;

const retrieve = operation("GET /v1/tax/settings", [], (call) => settingsOf(call));

const update = operation<Stripe.Tax.SettingsUpdateParams>(
  "POST /v1/tax/settings",
  ["defaults.tax_behavior", "head_office.address.country"],
  (call, { defaults, head_office: office }) => {
    const behavior = defaults?.tax_behavior;
    if (behavior === "inferred_by_currency") {
      throw notImplemented("a tax behavior that follows the currency", "defaults[tax_behavior]");
    }
    const country = office?.address.country;
    if (office !== undefined && !country) {
      throw invalid("Missing required param: head_office[address][country].", {
        code: "parameter_missing",
        param: "head_office[address][country]",
      });
    }
    changeBillingSettings(call.store, {
      ...(behavior === undefined ? {} : { tax_behavior: behavior }),
      ...(country === undefined ? {} : { tax_head_office: country }),
    });
    const changed = settingsOf(call);
    // The account has one set of settings, so they have no id.
    call.emit("tax.settings.updated", changed as Settings & { id: string });
    return changed;
  },
);

/** The account's tax settings, which `/_local/settings` changes, too. */
function settingsOf(call: Call): Settings {
  const { tax_behavior, tax_head_office: country } = call.settings;
  return {
    object: "tax.settings",
    defaults: { provider: "stripe", tax_behavior, tax_code: null },
    head_office: { address: { ...emptyAddress(), country } },
    livemode: false,
    status: "active",
    status_details: { active: {} },
  };
}

export const taxSettings: Resource = { kinds: [], operations: [retrieve, update] };
