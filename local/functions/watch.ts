/** An editor writes a file in several steps, and a checkout many files. */
const quietMs = 100;

const ignored = /(^|[\\/])(\.git|\.temp|\.branches|node_modules)([\\/]|$)|~$|\.sw[a-z]$/;

/**
 * Calls `onChange` with the paths that were written, created or removed under `directory`, once
 * they have been quiet for a moment. Returns what ends it.
 */
export function watchDirectory(
  directory: string,
  onChange: (paths: string[]) => void,
): () => void {
  const watcher = Deno.watchFs(directory, { recursive: true });
  const changed = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  (async () => {
    for await (const { kind, paths } of watcher) {
      if (kind === "access" || kind === "any" || kind === "other") continue;
      for (const path of paths) {
        if (!ignored.test(path.slice(directory.length))) changed.add(path);
      }
      if (changed.size === 0 || stopped) continue;
      clearTimeout(timer);
      timer = setTimeout(() => {
        const paths = [...changed];
        changed.clear();
        onChange(paths);
      }, quietMs);
    }
  })();
  return () => {
    stopped = true;
    clearTimeout(timer);
    watcher.close();
  };
}
