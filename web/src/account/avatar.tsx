import { Button, FileButton, Group, Text } from "@mantine/core";
import { lazy, Suspense, useState } from "react";
import { useApp } from "../app-context.ts";
import { ProblemAlert } from "../components/alert.tsx";
import { Dialog } from "../components/dialog.tsx";
import { Loading } from "../components/page.tsx";
import { PersonPicture } from "../components/person.tsx";
import { ProblemError } from "../problem.ts";
import { useAction } from "../use-action.ts";
import { useAccountTexts } from "./texts.ts";

const AvatarCrop = lazy(async () => ({ default: (await import("./avatar-crop.tsx")).AvatarCrop }));

/** The picture's address, if the browser can read it. @throws {ProblemError} `unsupported_image` */
async function readable(file: File): Promise<string> {
  const url = URL.createObjectURL(file);
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
  } catch {
    URL.revokeObjectURL(url);
    const title = "This file is not a picture that can be read";
    throw new ProblemError({ code: "unsupported_image", status: 415, title, errors: [] });
  }
  return url;
}

interface Props {
  name: string;
  avatar: string | null;
  /** It is another one now. */
  changed: () => Promise<void>;
}

/** The picture, and choosing another: a square of it is cut out before it is sent. */
export function AvatarChoice({ name, avatar, changed }: Props) {
  const { socle } = useApp();
  const s = useAccountTexts();
  const [picture, setPicture] = useState<string>();
  const close = () => {
    if (picture !== undefined) URL.revokeObjectURL(picture);
    setPicture(undefined);
  };
  const open = useAction(async (_key, file: File) => setPicture(await readable(file)));
  const send = useAction(async (_key, cut: () => Promise<Blob>) => {
    await socle.avatarUpload({ file: await cut() });
    await changed();
    close();
  });
  return (
    <Group mb="lg" gap="md">
      <PersonPicture name={name} avatar={avatar} size={84} />
      <div>
        <FileButton
          accept="image/png,image/jpeg,image/webp"
          inputProps={{ "aria-label": s.avatarFile }}
          onChange={(file) => file !== null && void open.start(file)}
        >
          {(props) => <Button variant="default" {...props}>{s.avatarChoose}</Button>}
        </FileButton>
        <Text size="sm" c="dimmed" mt={4}>{s.avatarHint}</Text>
        <ProblemAlert problem={open.problem} />
      </div>
      <Dialog title={s.avatarCrop} opened={picture !== undefined} onClose={close}>
        {picture !== undefined && (
          <Suspense fallback={<Loading />}>
            <AvatarCrop
              picture={picture}
              pending={send.pending}
              use={(cut) => void send.start(cut)}
            />
          </Suspense>
        )}
        <ProblemAlert problem={send.problem} />
      </Dialog>
    </Group>
  );
}
