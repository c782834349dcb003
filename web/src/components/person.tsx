import { Avatar } from "@mantine/core";
import { useApp } from "../app-context.ts";
import type { Supabase } from "../supabase.ts";

const publicAvatars = "/storage/v1/object/public/avatars/";

/** The address of a picture that a profile names by its path. */
function avatarUrl(supabase: Supabase, path: string): string {
  const file = path.slice(publicAvatars.length);
  return supabase.storage.from("avatars").getPublicUrl(file).data.publicUrl;
}

interface Props {
  name: string;
  /** `avatar_url` of the profile. */
  avatar: string | null;
  size?: string | number;
}

/** Somebody's picture, or the initials. Not read out: the name stands beside it. */
export function PersonPicture({ name, avatar, size = "md" }: Props) {
  const { supabase } = useApp();
  return (
    <Avatar
      src={avatar === null ? null : avatarUrl(supabase, avatar)}
      alt=""
      name={name}
      color="indigo"
      radius="100%"
      size={size}
      aria-hidden
    />
  );
}
