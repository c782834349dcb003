import * as z from "zod";
import { avatarMaxBytes, replaceAvatar } from "../_shared/accounts/avatar.ts";
import { endpoint } from "../_shared/endpoint.ts";

/** Takes an image (PNG, JPEG or WebP by its content, at most 5 MB) and shows it in the profile. */
export default endpoint({
  summary: "Upload one's avatar.",
  method: "POST",
  auth: "user",
  limit: "upload",
  file: { field: "file", maxBytes: avatarMaxBytes },
  reply: z.object({ url: z.url() }),
  problems: ["unsupported_image", "profile_not_found", "storage_unavailable"],
}, async ({ file, db, user }) => ({ url: await replaceAvatar(db, user.id, file) }));
