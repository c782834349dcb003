/** Products as lists and pages show them. Names and descriptions are plain text: whoever shows them escapes. */
import * as z from "zod";
import { publicUrl } from "../../env.ts";

const Category = z.object({ id: z.guid(), slug: z.string(), name: z.string() });

/** What one filters by, and whatever else staff wrote there. */
const Attributes = z.record(z.string(), z.unknown());

const Image = z.object({ url: z.string(), alt: z.string() });

/** `average` of `count` ratings from 1 to 5, to two decimals; null without any. */
const Rating = z.object({ count: z.int(), average: z.number().nullable() });

/** A product in a list. Amounts in minor units of `currency`. */
export const ProductCard = z.object({
  id: z.guid(),
  slug: z.string(),
  name: z.string(),
  /** Null while its category is not shown. */
  category: Category.nullable(),
  attributes: Attributes,
  /** The lowest and the highest price of its variants. */
  min_amount: z.int(),
  max_amount: z.int(),
  currency: z.string(),
  in_stock: z.boolean(),
  image: Image.nullable(),
  rating: Rating,
  created_at: z.string(),
});

/** How many of the products that match, of the first 1,000, have what. */
export const Facets = z.object({
  products: z.int(),
  in_stock: z.int(),
  price: z.object({ min_amount: z.int(), max_amount: z.int(), currency: z.string() }).nullable(),
  categories: z.array(Category.extend({ parent_id: z.guid().nullable(), count: z.int() })),
  attributes: z.array(z.object({
    name: z.string(),
    values: z.array(z.object({ value: z.string(), count: z.int() })),
  })),
});

const Variant = z.object({
  id: z.guid(),
  sku: z.string(),
  /** What makes it differ: {"size": "M"}. */
  options: Attributes,
  weight_grams: z.int(),
  /** Null: it is not sold by this price list. */
  unit_amount: z.int().nullable(),
  compare_at_amount: z.int().nullable(),
  availability: z.enum(["in_stock", "few_left", "out_of_stock"]),
  /** How many, only when few are left. */
  few_left: z.int().nullable(),
});

const Review = z.object({
  id: z.guid(),
  rating: z.int(),
  /** Plain text. */
  comment: z.string(),
  created_at: z.string(),
  /** The reviewer's public name. */
  /** Null: a reviewer who has chosen no name, and is not told by the address. */
  author_name: z.string().nullable(),
  avatar_url: z.string().nullable(),
  verified: z.boolean(),
});

/** A product with all that its page shows. */
export const ProductPage = z.object({
  id: z.guid(),
  slug: z.string(),
  name: z.string(),
  description: z.string(),
  /** The way down the tree to its category. */
  categories: z.array(Category),
  attributes: Attributes,
  created_at: z.string(),
  price_list: z.string(),
  currency: z.string(),
  rating: Rating,
  variants: z.array(Variant),
  images: z.array(Image.extend({ variant_id: z.guid().nullable() })),
  /** The newest five; the others by the RPC `product_reviews`. */
  reviews: z.array(Review),
  /** The `cursor` of `product_reviews` for those after them. */
  reviews_next_cursor: z.string().nullable(),
  /** At most four: bought with it, or like it. */
  related: z.array(ProductCard),
});

interface StoredImage {
  path: string;
  alt: string;
}
interface StoredRating {
  count: number;
  sum: number;
}

/** A card as the database tells it. */
export type StoredCard = Omit<z.infer<typeof ProductCard>, "image" | "rating"> & {
  image: StoredImage | null;
  rating: StoredRating;
};

/** A page as the database tells it. */
export type StoredPage =
  & Omit<
    z.infer<typeof ProductPage>,
    "images" | "rating" | "related" | "reviews_next_cursor" | "reviews"
  >
  & {
    images: (StoredImage & { variant_id: string | null })[];
    rating: StoredRating;
    related: StoredCard[];
    reviews: { reviews: z.infer<typeof Review>[]; next_cursor: string | null };
  };

function imageUrl(path: string): string {
  const escaped = path.split("/").map(encodeURIComponent).join("/");
  return `${publicUrl()}/storage/v1/object/public/product-images/${escaped}`;
}

const image = ({ path, ...rest }: StoredImage) => ({ url: imageUrl(path), ...rest });

function rating({ count, sum }: StoredRating): z.infer<typeof Rating> {
  return { count, average: count === 0 ? null : Math.round(sum * 100 / count) / 100 };
}

/** A card with addresses and averages. */
export function productCard(stored: StoredCard): z.infer<typeof ProductCard> {
  return {
    ...stored,
    image: stored.image && image(stored.image),
    rating: rating(stored.rating),
  };
}

/** A page with addresses and averages. */
export function productPage(stored: StoredPage): z.infer<typeof ProductPage> {
  return {
    ...stored,
    images: stored.images.map(({ variant_id, ...one }) => ({ ...image(one), variant_id })),
    rating: rating(stored.rating),
    related: stored.related.map(productCard),
    reviews: stored.reviews.reviews.map((review) => ({
      ...review,
      avatar_url: review.avatar_url && publicUrl() + review.avatar_url,
    })),
    reviews_next_cursor: stored.reviews.next_cursor,
  };
}
