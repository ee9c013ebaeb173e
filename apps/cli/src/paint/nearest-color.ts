import type { Color } from '@tpx/terminal';

type Rgb = readonly [number, number, number];

/** xterm's own values. The first sixteen can be anything in a terminal that has its own palette, and usually are close. */
const SIXTEEN: readonly Rgb[] = [
  [0, 0, 0],
  [205, 0, 0],
  [0, 205, 0],
  [205, 205, 0],
  [0, 0, 238],
  [205, 0, 205],
  [0, 205, 205],
  [229, 229, 229],
  [127, 127, 127],
  [255, 0, 0],
  [0, 255, 0],
  [255, 255, 0],
  [92, 92, 255],
  [255, 0, 255],
  [0, 255, 255],
  [255, 255, 255],
];
const CUBE_STEPS = [0, 95, 135, 175, 215, 255] as const;

/** 16 to 255: the cube of 6 x 6 x 6 and the ramp of greys. The first sixteen are left out, being anybody's. */
const CUBE_AND_GREYS: readonly Rgb[] = [
  ...CUBE_STEPS.flatMap((red) =>
    CUBE_STEPS.flatMap((green) => CUBE_STEPS.map((blue): Rgb => [red, green, blue])),
  ),
  ...Array.from({ length: 24 }, (_, step): Rgb => [8 + step * 10, 8 + step * 10, 8 + step * 10]),
];
const CUBE_FIRST = 16;

export function rgbOf(color: Color): Rgb {
  const value = Number.parseInt(color.slice(1), 16);
  return [(value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff];
}

/** 0 to 15 */
export function nearestOf16(color: Color): number {
  return nearest(rgbOf(color), SIXTEEN);
}

/** 16 to 255 */
export function nearestOf256(color: Color): number {
  return CUBE_FIRST + nearest(rgbOf(color), CUBE_AND_GREYS);
}

/** By "redmean", which weighs the three as the eye does, well enough (https://www.compuphase.com/cmetric.htm). */
function nearest([red, green, blue]: Rgb, palette: readonly Rgb[]): number {
  let best = 0;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const [index, [otherRed, otherGreen, otherBlue]] of palette.entries()) {
    const mean = (red + otherRed) / 2;
    const distance =
      (2 + mean / 256) * (red - otherRed) ** 2 +
      4 * (green - otherGreen) ** 2 +
      (2 + (255 - mean) / 256) * (blue - otherBlue) ** 2;
    if (distance < bestDistance) {
      best = index;
      bestDistance = distance;
    }
  }
  return best;
}
