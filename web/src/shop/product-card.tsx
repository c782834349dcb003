import { Image, Text, Title } from "@mantine/core";
import { productPage } from "../../../supabase/functions/_shared/shop/pages.ts";
import { TextLink } from "../components/text-link.tsx";
import { formatMoney } from "../format.ts";
import { useLanguage } from "../text/language.tsx";
import { Stars } from "./stars.tsx";
import { useShopTexts } from "./texts.ts";
import type { ProductCard as Card } from "./types.ts";

/** A product in a list: all of it leads to its page. */
export function ProductCard({ product, order = 2 }: { product: Card; order?: 2 | 3 }) {
  const { language } = useLanguage();
  const s = useShopTexts();
  const { name, image, min_amount, max_amount, currency, in_stock, rating } = product;
  const price = formatMoney(min_amount, currency, language);
  return (
    <article className="card">
      <div className="card-picture">
        {image !== null && <Image src={image.url} alt="" loading="lazy" className="square" />}
        {!in_stock && <span className="card-note">{s.availability.out_of_stock}</span>}
      </div>
      <Title order={order} size="h5" mt="xs" fw={600}>
        <TextLink href={productPage(product.slug)} className="card-link">{name}</TextLink>
      </Title>
      <Text size="sm" fw={500}>{min_amount === max_amount ? price : s.from(price)}</Text>
      {rating.average !== null && <Stars average={rating.average} count={rating.count} />}
    </article>
  );
}
