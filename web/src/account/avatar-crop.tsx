import { Box, Slider, Stack, Text } from "@mantine/core";
import { useId, useState } from "react";
import Cropper, { type Area } from "react-easy-crop";
import { PendingButton } from "../components/form.tsx";
import { useAccountTexts } from "./texts.ts";

/** The side of what is sent, in pixels: sharp at three times the largest size that it is shown in. */
const side = 512;

/** Cuts the square out. @throws {Error} the file is no picture that the browser can read */
async function cutOut(picture: string, area: Area): Promise<Blob> {
  const image = new Image();
  image.src = picture;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const { x, y, width, height } = area;
  canvas.getContext("2d")!.drawImage(image, x, y, width, height, 0, 0, side, side);
  // A browser that cannot write WebP writes PNG; the endpoint takes both.
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/webp", 0.9));
  if (blob === null) throw new Error("the picture cannot be written");
  return blob;
}

interface Props {
  /** An object URL. */
  picture: string;
  pending: boolean;
  use: (cut: () => Promise<Blob>) => void;
}

/** Which square of a picture: by pointer, by arrow keys, and how near by a slider. */
export function AvatarCrop({ picture, pending, use }: Props) {
  const s = useAccountTexts();
  const label = useId();
  const [crop, setCrop] = useState({ x: 0, y: 0 });
  const [zoom, setZoom] = useState(1);
  const [area, setArea] = useState<Area>();
  return (
    <Stack gap="md">
      <Box pos="relative" h={280}>
        <Cropper
          image={picture}
          crop={crop}
          zoom={zoom}
          aspect={1}
          cropShape="round"
          showGrid={false}
          onCropChange={setCrop}
          onZoomChange={setZoom}
          onCropComplete={(_percent, pixels) => setArea(pixels)}
          cropperProps={{ role: "group", "aria-label": s.avatarMove }}
        />
      </Box>
      <div>
        <Text id={label} size="sm" fw={600}>{s.avatarZoom}</Text>
        <Slider
          thumbProps={{ "aria-labelledby": label }}
          min={1}
          max={4}
          step={0.1}
          label={null}
          value={zoom}
          onChange={setZoom}
        />
      </div>
      <PendingButton
        pending={pending || area === undefined}
        onClick={() => area !== undefined && use(() => cutOut(picture, area))}
      >
        {s.avatarUse}
      </PendingButton>
    </Stack>
  );
}
