import { Image, UnstyledButton } from "@mantine/core";
import { useState } from "react";
import { useShopTexts } from "../texts.ts";
import type { Product, Variant } from "../types.ts";

interface Props {
  images: Product["images"];
  variant: Variant | undefined;
}

/** The pictures: one large, the others to choose from. A variant that has its own shows it. */
export function Gallery({ images, variant }: Props) {
  const s = useShopTexts();
  const [picked, setPicked] = useState<{ index: number; of: string | undefined }>();
  const own = images.findIndex(({ variant_id }) =>
    variant_id !== null && variant_id === variant?.id
  );
  // What somebody picked stays until another variant is chosen.
  const index = picked?.of === variant?.id && picked !== undefined
    ? picked.index
    : Math.max(own, 0);
  const shown = images[index];
  if (shown === undefined) return null;
  return (
    <div className="gallery">
      <Image src={shown.url} alt={shown.alt} className="square" fetchPriority="high" />
      {images.length > 1 && (
        <ul className="plain-list thumbnails" aria-label={s.pictures}>
          {images.map(({ url }, i) => (
            <li key={url}>
              <UnstyledButton
                className="thumbnail"
                aria-label={s.picture(i + 1, images.length)}
                aria-pressed={i === index}
                onClick={() => setPicked({ index: i, of: variant?.id })}
              >
                <Image src={url} alt="" className="square" />
              </UnstyledButton>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
