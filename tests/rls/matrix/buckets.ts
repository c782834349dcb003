/** Who may do what with the files of which bucket. */
import type { BucketAccess } from "../access.ts";
import { shopBuckets } from "./shop-buckets.ts";

export const buckets: Record<string, BucketAccess> = {
  avatars: {
    public: true,
    fileSizeLimit: 5 * 1024 * 1024,
    mimeTypes: ["image/png", "image/jpeg", "image/webp"],
    own: (userId) => `${userId}/avatar.png`,
    refused: (userId) => [
      "avatar.png",
      `${userId}/page.html`,
      `${userId}/folder/avatar.png`,
      `${userId}/../avatar.png`,
      `${userId}/%2e%2e/avatar.png`,
      `${userId}%2favatar.png`,
      `${userId.toUpperCase()}/avatar.png`,
    ],
  },
  exports: {
    public: false,
    fileSizeLimit: 50 * 1024 * 1024,
    mimeTypes: ["application/zip"],
    readOnly: true,
    own: (userId) => `${userId}/avatar-export/part-001.zip`,
    refused: (userId) => ["part-001.zip", `${userId}/part-001.zip`],
  },
  ...shopBuckets,
};
