const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;
const MONTHS = [
  ...(['January', 'February', 'March', 'April', 'May', 'June'] as const),
  ...(['July', 'August', 'September', 'October', 'November', 'December'] as const),
] as const;

const two = (part: number) => String(part).padStart(2, '0');

/** `12:03` or `12:03:09` in local time. */
export function clockOf(at: Date, seconds: boolean): string {
  if (Number.isNaN(at.getTime())) return seconds ? '--:--:--' : '--:--';
  const minutes = `${two(at.getHours())}:${two(at.getMinutes())}`;
  return seconds ? `${minutes}:${two(at.getSeconds())}` : minutes;
}

export function isSameDay(one: Date, other: Date): boolean {
  // Asked for each visible row of each picture: numbers, no texts.
  return (
    one.getDate() === other.getDate() &&
    one.getMonth() === other.getMonth() &&
    one.getFullYear() === other.getFullYear()
  );
}

/** `Tuesday, 24 November 2026`. */
export function dayOf(at: Date): string {
  return `${WEEKDAYS[at.getDay()]}, ${at.getDate()} ${MONTHS[at.getMonth()]} ${at.getFullYear()}`;
}
