/** As all pages name countries. */
export { countriesIn, countryIn, likelyCountry } from "../countries.ts";
