import { Box } from "@mantine/core";
import { type ReactNode, Suspense } from "react";
import { Loading } from "../../components/page.tsx";

/**
 * Around a chart whose script is loaded when it is needed. Each has its own: a chart that is hidden while
 * another one loads measures itself as nothing.
 */
export function ChartFrame({ children }: { children: ReactNode }) {
  return (
    <Box mih={260}>
      <Suspense fallback={<Loading />}>{children}</Suspense>
    </Box>
  );
}
