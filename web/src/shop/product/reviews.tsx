import { Avatar, Group, Stack, Text, Title } from "@mantine/core";
import { ProblemAlert } from "../../components/alert.tsx";
import { ActionButton } from "../../components/form.tsx";
import { formatDay } from "../../format.ts";
import { useLanguage } from "../../text/language.tsx";
import { useAction } from "../../use-action.ts";
import { Stars } from "../stars.tsx";
import { useShopTexts } from "../texts.ts";
import type { Product, Review } from "../types.ts";
import { OwnReviews } from "./own-review.tsx";
import { useOwnReviews, useReviews } from "./use-reviews.ts";

/** What buyers say, newest first, and one's own say for who bought it. */
export function Reviews({ product }: { product: Product }) {
  const s = useShopTexts();
  const { reviews, hasMore, more, reload } = useReviews(product);
  const own = useOwnReviews(product.id);
  const showMore = useAction(async () => await more());
  const refresh = async () => {
    await Promise.all([own.reload(), reload()]);
  };
  const mine = new Set(own.value?.own.map(({ id }) => id));
  const others = reviews.filter(({ id }) => !mine.has(id));
  return (
    <section aria-labelledby="reviews" className="reviews">
      <Title id="reviews" order={2} size="h3" mb="md">{s.reviews}</Title>
      <ProblemAlert problem={own.problem} />
      {own.value !== undefined && (
        <OwnReviews productId={product.id} {...own.value} onChange={refresh} />
      )}
      {others.length === 0 && mine.size === 0 && <Text c="dimmed">{s.noReviews}</Text>}
      <Stack component="ul" className="plain-list" gap="lg" mb="md">
        {others.map((review) => <One key={review.id} review={review} />)}
      </Stack>
      <ProblemAlert problem={showMore.problem} />
      {hasMore && <ActionButton variant="default" action={showMore}>{s.moreReviews}</ActionButton>}
    </section>
  );
}

function One({ review }: { review: Review }) {
  const { language } = useLanguage();
  const s = useShopTexts();
  const { author_name, avatar_url, rating, comment, created_at, verified } = review;
  const name = author_name || s.anonymous;
  return (
    <li>
      <Group gap="sm" mb={4}>
        <Avatar src={avatar_url} name={name} alt="" aria-hidden size="md" color="indigo" />
        <div>
          <Text fw={600} size="sm">{name}</Text>
          <Text size="xs" c="dimmed">
            {formatDay(created_at, language)}
            {verified && ` · ${s.verified}`}
          </Text>
        </div>
      </Group>
      <Stars average={rating} />
      {comment !== "" && <Text className="prose" mt={4}>{comment}</Text>}
    </li>
  );
}
