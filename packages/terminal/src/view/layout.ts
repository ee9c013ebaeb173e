/** How many rows each part of the picture has. They add up to the terminal's rows, and the line is always there. */
export type Layout = {
  tabBar: number;
  topic: number;
  body: number;
  list: number;
  typing: number;
  input: number;
  status: number;
};

const LIST_MAX = 10;

/** Parts go in the order of what is missed least: what is typing, the topic, the tabs, the status. */
export function layoutOf(rows: number, wanted: { input: number; list: number }): Layout {
  const status = rows >= 2 ? 1 : 0;
  const tabBar = rows >= 4 ? 1 : 0;
  const topic = rows >= 7 ? 1 : 0;
  const typing = rows >= 9 ? 1 : 0;
  const fixed = status + tabBar + topic + typing;
  const input = Math.max(1, Math.min(wanted.input, Math.floor(rows / 3), rows - fixed));
  // One row of what is said stays visible.
  const list = Math.max(0, Math.min(wanted.list, LIST_MAX, rows - fixed - input - 1));
  return { tabBar, topic, typing, input, list, status, body: Math.max(0, rows - fixed - input - list) };
}
