import { Group, Text } from "@mantine/core";
import { useApp } from "../../../app-context.ts";
import { ProblemAlert } from "../../../components/alert.tsx";
import { ActionButton } from "../../../components/form.tsx";
import { Page } from "../../../components/page.tsx";
import { StateBadge } from "../../../components/state-badge.tsx";
import { TextLink } from "../../../components/text-link.tsx";
import type { Supabase } from "../../../supabase.ts";
import { useLanguage } from "../../../text/language.tsx";
import { useAction } from "../../../use-action.ts";
import { rows } from "../../../use-read.ts";
import { Choice, Filters, useFilters } from "../../parts/filters.tsx";
import { Listed } from "../../parts/listed.tsx";
import { Moment } from "../../parts/moment.tsx";
import { ReasonButton } from "../../parts/reason-button.tsx";
import { usePages } from "../../parts/use-pages.ts";
import { nameOf } from "../products/read.ts";
import { useStaffTexts } from "../../texts.ts";
import { useShopTexts } from "../texts.ts";

/** What `staff_reviews` answers. */
interface Reviews {
  reviews: {
    id: string;
    product_id: string;
    rating: number;
    comment: string;
    created_at: string;
    hidden_at: string | null;
    hidden_reason: string | null;
  }[];
  next_cursor: string | null;
}

async function readReviews(
  supabase: Supabase,
  hidden: string | undefined,
  cursor: string | undefined,
) {
  const { reviews, next_cursor } = await rows(supabase.rpc("staff_reviews", {
    ...(hidden !== undefined && { hidden: hidden === "hidden" }),
    ...(cursor !== undefined && { cursor }),
    page_size: 25,
  })) as unknown as Reviews;
  const ids = [...new Set(reviews.map(({ product_id }) => product_id))];
  const products = ids.length === 0
    ? []
    : await rows(supabase.from("products").select("id, name_en, name_fr").in("id", ids));
  return {
    rows: reviews.map((review) => ({
      ...review,
      product: products.find(({ id }) => id === review.product_id),
    })),
    next: next_cursor,
  };
}

type Review = Awaited<ReturnType<typeof readReviews>>["rows"][number];

/** Reviews of all products, newest first: hidden with a reason that the author reads, and shown again. */
export function ReviewList() {
  const { supabase } = useApp();
  const { t, language } = useLanguage();
  const s = useShopTexts();
  const { actions } = useStaffTexts();
  const [filter] = useFilters();
  const hidden = filter("hidden");
  const pages = usePages((cursor) => readReviews(supabase, hidden, cursor), hidden ?? "");
  return (
    <Page title={s.reviews}>
      <Filters>
        <Choice
          label={t.state}
          name="hidden"
          choices={{ shown: s.reviewShown, hidden: s.reviewHidden }}
          all={s.all}
        />
      </Filters>
      <Listed
        caption={s.reviews}
        pages={pages}
        none={s.nothingFound}
        keyOf={({ id }) => id}
        columns={[
          {
            label: s.review,
            cell: ({ product, product_id, rating, comment }) => (
              <div className="named">
                <Group gap="xs">
                  <TextLink href={`/staff/products/${product_id}`}>
                    {product === undefined ? s.product : nameOf(product, language)}
                  </TextLink>
                  <Text span fw={600}>{s.rating(rating)}</Text>
                </Group>
                <Text size="sm" className="prose">{comment}</Text>
              </div>
            ),
          },
          { label: t.date, cell: ({ created_at }) => <Moment at={created_at} /> },
          {
            label: t.state,
            cell: ({ hidden_at, hidden_reason }) => (
              <div>
                <StateBadge
                  state={hidden_at === null ? "active" : "none"}
                  label={hidden_at === null ? s.reviewShown : s.reviewHidden}
                />
                {hidden_reason !== null && <Text size="sm">{hidden_reason}</Text>}
              </div>
            ),
          },
          {
            label: actions,
            cell: (review) => (
              <Moderate
                review={review}
                changed={(now) => pages.replace(review, now)}
              />
            ),
          },
        ]}
      />
    </Page>
  );
}

interface ModerateProps {
  review: Review;
  /** Gets what it is now: it stays in its place, also where the list is of the others. */
  changed(now: Review): void;
}

function Moderate({ review, changed }: ModerateProps) {
  const { supabase } = useApp();
  const s = useShopTexts();
  const show = useAction(async () => {
    await rows(supabase.rpc("review_show", { review_id: review.id }));
    changed({ ...review, hidden_at: null, hidden_reason: null });
  });
  if (review.hidden_at !== null) {
    return (
      <>
        <ActionButton action={show} variant="default" size="compact-sm">
          {s.showReview}
        </ActionButton>
        <ProblemAlert problem={show.problem} />
      </>
    );
  }
  return (
    <ReasonButton
      label={s.hideReview}
      title={s.hideReviewTitle}
      explained={s.hideReviewText}
      run={async (_key, { reason }) => {
        await rows(supabase.rpc("review_hide", { review_id: review.id, reason: reason! }));
        changed({ ...review, hidden_at: new Date().toISOString(), hidden_reason: reason!.trim() });
      }}
    />
  );
}
