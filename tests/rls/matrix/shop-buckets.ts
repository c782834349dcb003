/** Who may do what with the shop's files. */
import type { BucketAccess } from "../access.ts";

const image = "0a1b2c3d-0000-4000-8000-000000000001";

export const shopBuckets: Record<string, BucketAccess> = {
  "catalogue-exports": {
    public: false,
    fileSizeLimit: 50 * 1024 * 1024,
    mimeTypes: ["text/csv"],
    staff: ["select"],
    own: (userId) => `${userId}/avatar-001.csv`,
    refused: (userId) => ["catalogue-001.csv", `${userId}/catalogue-001.csv`],
  },
  "catalogue-imports": {
    public: false,
    fileSizeLimit: 50 * 1024 * 1024,
    mimeTypes: ["text/csv", "text/plain", "application/vnd.ms-excel"],
    staff: ["insert", "select", "delete"],
    own: (userId) => `${userId}/avatar.csv`,
    refused: (userId) => [
      "avatar.csv",
      `${userId}/avatar.exe`,
      `${userId}/folder/avatar.csv`,
      `${userId}/../avatar.csv`,
      `${userId}/%2e%2e/avatar.csv`,
      `${userId}%2favatar.csv`,
    ],
  },
  "product-images": {
    public: true,
    fileSizeLimit: 5 * 1024 * 1024,
    mimeTypes: ["image/png", "image/jpeg", "image/webp"],
    staff: ["insert", "select", "delete"],
    foldersOf: "public.products",
    own: (_, productId) => `${productId}/${image}.png`,
    refused: (userId, productId) => [
      `${image}.png`,
      `${userId}/${image}.png`,
      `${productId}/front.png`,
      `${productId}/${image}.svg`,
      `${productId}/${image}.png/${image}.png`,
      `${productId}/../${productId}/${image}.png`,
      `${productId}/%2e%2e/${image}.png`,
      `${productId}%2f${image}.png`,
      `${productId}/${image}%2epng`,
      `${productId?.toUpperCase()}/${image}.png`,
      `${productId}/${image.toUpperCase()}.png`,
      `/${productId}/${image}.png`,
      `${productId}/${image}.png\n`,
    ],
  },
};
