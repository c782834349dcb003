/** What others say of a product, and what oneself may. */
import { useState } from "react";
import { useApp } from "../../app-context.ts";
import { rows, useRead } from "../../use-read.ts";
import type { Product, Review } from "../types.ts";

interface Page {
  reviews: Review[];
  next_cursor: string | null;
}

export interface Reviews {
  reviews: Review[];
  hasMore: boolean;
  /** Reads the next ones. @throws {ProblemError} */
  more(): Promise<void>;
  /** Reads the newest anew. @throws {ProblemError} */
  reload(): Promise<void>;
}

export function useReviews(product: Product): Reviews {
  const { supabase } = useApp();
  const [shown, setShown] = useState<Page>({
    reviews: product.reviews,
    next_cursor: product.reviews_next_cursor,
  });
  const ask = async (cursor: string | null) =>
    await rows(supabase.rpc("product_reviews", {
      product_id: product.id,
      page_size: 10,
      ...(cursor !== null && { cursor }),
    })) as unknown as Page;
  return {
    reviews: shown.reviews,
    hasMore: shown.next_cursor !== null,
    async more() {
      const page = await ask(shown.next_cursor);
      setShown({ ...page, reviews: [...shown.reviews, ...page.reviews] });
    },
    async reload() {
      setShown(await ask(null));
    },
  };
}

/** A review of one's own, the hidden ones too. */
export interface OwnReview {
  id: string;
  order_item_id: string;
  rating: number;
  comment: string;
  hidden_reason: string | null;
}

/** Orders of which one may speak; the database has the last word. */
const bought = ["paid", "fulfilling", "shipped", "delivered", "partially_refunded"];

/** One's own reviews of a product, and a bought line that has none yet. Nothing for who is not signed in. */
export function useOwnReviews(productId: string) {
  const { supabase, session } = useApp();
  return useRead(
    async (): Promise<{ own: OwnReview[]; line: string | undefined }> => {
      if (session === null) return { own: [], line: undefined };
      const [own, lines] = await Promise.all([
        rows(
          supabase.from("reviews").select("id, order_item_id, rating, comment, hidden_reason")
            .eq("product_id", productId).order("created_at", { ascending: false }),
        ),
        rows(
          supabase.from("order_items").select("id, orders!inner (status)")
            .eq("product_id", productId).in("orders.status", bought),
        ),
      ]);
      const reviewed = new Set(own.map(({ order_item_id }) => order_item_id));
      return { own, line: lines.find(({ id }) => !reviewed.has(id))?.id };
    },
    `${productId} ${session?.user.id}`,
  );
}
