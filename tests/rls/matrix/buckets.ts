/** Who may do what with the files of which bucket. */
import type { BucketAccess } from "../access.ts";

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
};
