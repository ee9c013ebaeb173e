/** A window that is dragged changes its size a hundred times a second: it is answered once in this time. */
const SETTLE_MS = 16;
/** A terminal that does not tell its size (a serial line) has had this one for fifty years. */
const FALLBACK = { columns: 80, rows: 24 };

export type WatchedSize = {
  now(): { columns: number; rows: number };
  /** As if it had just changed: it may have, while the terminal was somebody else's. */
  tell(): void;
};

export function watchSize(
  stdout: NodeJS.WriteStream,
  tell: (columns: number, rows: number) => void,
): WatchedSize {
  let isWaiting = false;
  const now = () => ({
    columns: stdout.columns || FALLBACK.columns,
    rows: stdout.rows || FALLBACK.rows,
  });
  const tellNow = () => {
    isWaiting = false;
    const { columns, rows } = now();
    tell(columns, rows);
  };
  stdout.on('resize', () => {
    if (!isWaiting) setTimeout(tellNow, SETTLE_MS);
    isWaiting = true;
  });
  return { now, tell: tellNow };
}
