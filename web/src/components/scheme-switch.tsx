import { ActionIcon, type MantineColorScheme, useMantineColorScheme } from "@mantine/core";
import { IconDeviceDesktop, IconMoon, IconSun } from "@tabler/icons-react";
import { useLanguage } from "../text/language.tsx";

const next: Record<MantineColorScheme, MantineColorScheme> = {
  auto: "light",
  light: "dark",
  dark: "auto",
};
const icons = { auto: IconDeviceDesktop, light: IconSun, dark: IconMoon };

/** Light, dark, or as the device is set: each press goes on to the next. Mantine keeps the choice. */
export function SchemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { t } = useLanguage();
  const Icon = icons[colorScheme];
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="lg"
      aria-label={t.colours(t.schemes[colorScheme])}
      onClick={() => setColorScheme(next[colorScheme])}
    >
      <Icon size={20} stroke={1.8} aria-hidden />
    </ActionIcon>
  );
}
