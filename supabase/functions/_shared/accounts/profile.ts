/** A user's profile: read and changed under RLS, as its owner. */
import * as z from "zod";
import type { Db } from "../database.ts";
import { rows } from "../database.ts";
import { publicUrl } from "../env.ts";
import { problem } from "../problem.ts";
import { DisplayName, Locale } from "./fields.ts";

/** A profile as the API shows it; `avatar_url` is absolute. */
export const Profile = z.object({
  id: z.guid(),
  name: z.string(),
  locale: Locale,
  avatar_url: z.url().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
});

/** What its owner may write, all of it (PUT); PATCH takes any part. */
export const WritableProfile = z.strictObject({
  name: DisplayName,
  locale: Locale,
  avatar_url: z.string().max(500).nullable(),
});

type Row = {
  id: string;
  name: string;
  locale: string;
  avatar_url: string | null;
  version: number;
  created_at: string;
  updated_at: string;
};

/** A profile with the tag that `If-Match` compares. */
export interface TaggedProfile {
  profile: z.infer<typeof Profile>;
  etag: string;
}

const columns = "id, name, locale, avatar_url, version, created_at, updated_at";

function shown(row: Row): TaggedProfile {
  const { version, ...profile } = row;
  return {
    profile: {
      ...profile,
      locale: Locale.parse(row.locale),
      avatar_url: row.avatar_url === null ? null : publicUrl() + row.avatar_url,
    },
    etag: `"${version}"`,
  };
}

/** The caller's own profile. @throws {Problem} `profile_not_found` when the user was deleted */
export async function readProfile(db: Db, userId: string): Promise<TaggedProfile> {
  const row = await rows(db.from("profiles").select(columns).eq("id", userId).maybeSingle());
  if (row === null) throw problem("profile_not_found");
  return shown(row);
}

/** Path of an avatar below the project's URL. */
export function avatarPath(userId: string, file: string): string {
  return `/storage/v1/object/public/avatars/${userId}/${file}`;
}

/** An avatar's address as the table keeps it: only a file in the user's own folder of our bucket. */
function storedAvatar(userId: string, address: string): string {
  const path = address.startsWith(publicUrl() + "/") ? address.slice(publicUrl().length) : address;
  const file = path.slice(avatarPath(userId, "").length);
  if (!path.startsWith(avatarPath(userId, "")) || !/^[A-Za-z0-9_-]+\.(png|jpg|webp)$/.test(file)) {
    throw problem("invalid_body", {
      errors: [{
        pointer: "/avatar_url",
        detail: "Must be an address that avatar-upload gave you",
      }],
    });
  }
  return path;
}

/**
 * The versions that `If-Match` names (https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1); undefined
 * when any will do. Tags of another form than ours match nothing. `W/` is passed over: proxies that
 * compress put it before a tag, and ours changes with every change.
 */
function wantedVersions(ifMatch: string | null): number[] | undefined {
  if (ifMatch === null || ifMatch.trim() === "*") return undefined;
  return ifMatch.split(",").flatMap((tag) => {
    const version = /^(?:W\/)?"(\d{1,9})"$/.exec(tag.trim())?.[1];
    return version === undefined ? [] : [Number(version)];
  });
}

/**
 * Changes the caller's own profile in one statement.
 *
 * @param ifMatch the request's `If-Match`: the change happens only to the version it names
 * @throws {Problem} `precondition_failed`, `profile_not_found`, `invalid_body`
 */
export async function changeProfile(
  db: Db,
  userId: string,
  change: {
    [K in keyof z.infer<typeof WritableProfile>]?: z.infer<typeof WritableProfile>[K] | undefined;
  },
  ifMatch: string | null,
): Promise<TaggedProfile> {
  const { name, locale, avatar_url: avatar } = change;
  const values = {
    ...(name !== undefined && { name }),
    ...(locale !== undefined && { locale }),
    ...(avatar !== undefined &&
      { avatar_url: avatar === null ? null : storedAvatar(userId, avatar) }),
  };
  const versions = wantedVersions(ifMatch);
  const failed = () =>
    problem("precondition_failed", {
      detail: "Read the profile again and repeat the change on what it says now.",
    });
  if (Object.keys(values).length === 0) {
    const current = await readProfile(db, userId);
    if (versions?.every((version) => current.etag !== `"${version}"`)) throw failed();
    return current;
  }
  const update = db.from("profiles").update(values).eq("id", userId);
  const changed = await rows(
    (versions === undefined ? update : update.in("version", versions)).select(columns)
      .maybeSingle(),
  );
  if (changed !== null) return shown(changed);
  await readProfile(db, userId);
  throw failed();
}
