/** Kills processes that outlive this one, whatever they are doing. */
export interface OrphanGuard {
  watch(pid: number): void;
  forget(pid: number): void;
  stop(): Promise<void>;
}

// Reads "+pid" and "-pid" lines; the end of its input means that this process is gone.
const script = `
trap '' INT TERM HUP
watched=' '
while read -r line; do
  pid=\${line#?}
  case $line in
    +*) watched="$watched$pid " ;;
    -*) watched="\${watched%% $pid *} \${watched#* $pid }" ;;
  esac
done
[ -n "\${watched# }" ] && kill -KILL $watched 2>/dev/null
exit 0
`;

/**
 * A child notices the end of its stdin and exits, unless it is in a busy loop: then only a third
 * process can end it. That is a shell with 100 kB of its own, which sees its stdin end even when this
 * process is killed by SIGKILL. Windows has no such shell; there the end of stdin has to do.
 */
export function startOrphanGuard(): OrphanGuard {
  if (Deno.build.os === "windows") {
    return { watch() {}, forget() {}, stop: () => Promise.resolve() };
  }
  const shell = new Deno.Command("/bin/sh", {
    args: ["-c", script],
    clearEnv: true,
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const stdin = shell.stdin.getWriter();
  const encoder = new TextEncoder();
  const write = (line: string) => {
    stdin.write(encoder.encode(line + "\n")).catch(() => {}); // Somebody ended the shell.
  };
  return {
    watch: (pid) => write(`+${pid}`),
    forget: (pid) => write(`-${pid}`),
    async stop() {
      await stdin.close().catch(() => {});
      await shell.status;
    },
  };
}
