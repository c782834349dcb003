import { Text } from "@mantine/core";
import type { CSSProperties } from "react";
import { useLanguage } from "../text/language.tsx";
import { useShopTexts } from "./texts.ts";

interface Props {
  /** 1 to 5. */
  average: number;
  /** Of how many; absent: of one. */
  count?: number;
}

/** A rating: five stars, as many of them filled; read out in words. */
export function Stars({ average, count }: Props) {
  const { t, language } = useLanguage();
  const s = useShopTexts();
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(average);
  return (
    <Text span size="sm" className="rating">
      <span
        className="stars"
        aria-hidden
        style={{ "--filled": `${average * 20}%` } as CSSProperties}
      />
      <span className="hidden">{s.ratingOf(number)}</span>
      {count !== undefined && (
        <Text span c="dimmed" size="sm">
          <span aria-hidden>{number}</span>{" "}
          (<span className="hidden">{t.labelled(s.reviews, "")}</span>
          {count})
        </Text>
      )}
    </Text>
  );
}
