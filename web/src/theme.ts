/** How the application looks: Mantine's own, with colours that everybody can read (WCAG 2.2, 1.4.3). */
import { createTheme, type CSSVariablesResolver } from "@mantine/core";

export const theme = createTheme({
  primaryColor: "indigo",
  primaryShade: { light: 8, dark: 8 },
  fontFamily: "system-ui, sans-serif",
  defaultRadius: "md",
  headings: { fontWeight: "650", textWrap: "balance" },
  cursorType: "pointer",
  respectReducedMotion: true,
  // In a sentence the colour alone does not tell a link (WCAG 2.2, 1.4.1).
  components: { Anchor: { defaultProps: { underline: "always" } } },
});

/** Colours that carry text on a tint of themselves. */
const tinted = ["gray", "red", "orange", "green", "indigo"];

const tintedText = (text: (color: string) => string) =>
  Object.fromEntries(
    tinted.map((color) => [
      `--mantine-color-${color}-light-color`,
      text(`var(--mantine-color-${color}`),
    ]),
  );

/** Mantine's own quiet colours are too pale for small text. */
export const readableColours: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "var(--mantine-color-gray-7)",
    "--mantine-color-placeholder": "var(--mantine-color-gray-7)",
    "--mantine-color-anchor": "var(--mantine-color-indigo-8)",
    "--mantine-color-error": "var(--mantine-color-red-9)",
    "--mantine-color-body": "#fff",
    // Even the darkest of some is too pale on its tint.
    ...tintedText((color) => `color-mix(in srgb, ${color}-9), black 40%)`),
  },
  dark: {
    "--mantine-color-dimmed": "var(--mantine-color-dark-1)",
    "--mantine-color-placeholder": "var(--mantine-color-dark-1)",
    "--mantine-color-anchor": "var(--mantine-color-indigo-3)",
    "--mantine-color-error": "var(--mantine-color-red-4)",
    ...tintedText((color) => `${color}-2)`),
  },
});
